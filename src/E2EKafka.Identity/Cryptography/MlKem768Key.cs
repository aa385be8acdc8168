using System.Diagnostics;

namespace E2EKafka.Cryptography;

/// <summary>A decapsulation key of ML-KEM-768.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal abstract class MlKem768Key : IDisposable
{
    /// <summary>Its public half, <see cref="MlKem768.EncapsulationKeySize"/> bytes.</summary>
    public abstract ReadOnlySpan<byte> EncapsulationKey { get; }

    /// <summary>
    /// The shared secret of a ciphertext of <see cref="MlKem768.CiphertextSize"/> bytes. A wrong one gives another secret, which its sender
    /// does not know.
    /// </summary>
    public abstract SecretBytes Decapsulate(ReadOnlySpan<byte> ciphertext);

    /// <summary>The public key's beginning, never the private key.</summary>
    public override string ToString() => $"[ML-KEM-768 key of {Convert.ToHexString(EncapsulationKey[..8])}…]";

    public abstract void Dispose();
}
