using System.Diagnostics;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;

namespace E2EKafka.Cryptography;

/// <summary>ML-KEM-768 of BouncyCastle.Cryptography, for platforms that have none.</summary>
/// <remarks>
/// BouncyCastle cannot zero what it expands from a seed: it stays in the process's memory until the garbage collector reuses the place.
/// So a key is expanded once in its life.
/// </remarks>
internal sealed class BouncyCastleMlKem768 : MlKem768
{
    /// <summary>The operating system's randomness; nothing is seeded from it and stretched.</summary>
    private static readonly SecureRandom SystemRandom = new(new CryptoApiRandomGenerator(RandomNumberGenerator.Create()));

    public override SecretBytes Encapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext) =>
        Encapsulate(encapsulationKey, ciphertext, SystemRandom);

    /// <summary>For test vectors, which fix the randomness.</summary>
    internal static SecretBytes Encapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, SecureRandom random)
    {
        var encapsulator = new MLKemEncapsulator(MLKemParameters.ml_kem_768);
        encapsulator.Init(new ParametersWithRandom(MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, encapsulationKey.ToArray()), random));
        return SecretBytes.Create(
            SharedSecretSize, new Output(encapsulator, ciphertext), static (secret, output) => output.Encapsulator.Encapsulate(output.Ciphertext, secret));
    }

    public override MlKem768Key Expand(ReadOnlySpan<byte> seed) => SecretArray.Use(
        SecretArray.CopyOf(seed), static copy => new Key(MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_768, copy)));

    private readonly ref struct Output(MLKemEncapsulator encapsulator, Span<byte> ciphertext)
    {
        public readonly MLKemEncapsulator Encapsulator = encapsulator;
        public readonly Span<byte> Ciphertext = ciphertext;
    }

    private readonly ref struct Input(MLKemDecapsulator decapsulator, ReadOnlySpan<byte> ciphertext)
    {
        public readonly MLKemDecapsulator Decapsulator = decapsulator;
        public readonly ReadOnlySpan<byte> Ciphertext = ciphertext;
    }

    private sealed class Key : MlKem768Key
    {
        private readonly byte[] _encapsulationKey;

        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private MLKemDecapsulator? _decapsulator = new(MLKemParameters.ml_kem_768);

        public Key(MLKemPrivateKeyParameters key)
        {
            _encapsulationKey = key.GetPublicKeyEncoded();
            _decapsulator.Init(key);
        }

        public override ReadOnlySpan<byte> EncapsulationKey => _encapsulationKey;

        public override SecretBytes Decapsulate(ReadOnlySpan<byte> ciphertext)
        {
            ObjectDisposedException.ThrowIf(_decapsulator is null, this);
            return SecretBytes.Create(
                SharedSecretSize,
                new Input(_decapsulator, ciphertext),
                static (secret, input) => input.Decapsulator.Decapsulate(input.Ciphertext, secret));
        }

        public override void Dispose() => _decapsulator = null;
    }
}
