using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>ML-KEM-768 of the platform, whose key objects zero themselves when freed. Only where <see cref="MLKem.IsSupported"/>.</summary>
internal sealed class PlatformMlKem768 : MlKem768
{
    public override SecretBytes Encapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext)
    {
        using var key = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, encapsulationKey);
        return SecretBytes.Create(
            SharedSecretSize, new Output(key, ciphertext), static (secret, output) => output.Key.Encapsulate(output.Ciphertext, secret));
    }

    public override MlKem768Key Expand(ReadOnlySpan<byte> seed) => new Key(MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seed));

    private readonly ref struct Output(MLKem key, Span<byte> ciphertext)
    {
        public readonly MLKem Key = key;
        public readonly Span<byte> Ciphertext = ciphertext;
    }

    private readonly ref struct Input(MLKem key, ReadOnlySpan<byte> ciphertext)
    {
        public readonly MLKem Key = key;
        public readonly ReadOnlySpan<byte> Ciphertext = ciphertext;
    }

    private sealed class Key(MLKem key) : MlKem768Key
    {
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly MLKem _key = key;
        private readonly byte[] _encapsulationKey = key.ExportEncapsulationKey();

        public override ReadOnlySpan<byte> EncapsulationKey => _encapsulationKey;

        public override SecretBytes Decapsulate(ReadOnlySpan<byte> ciphertext) => SecretBytes.Create(
            SharedSecretSize, new Input(_key, ciphertext), static (secret, input) => input.Key.Decapsulate(input.Ciphertext, secret));

        public override void Dispose() => _key.Dispose();
    }
}
