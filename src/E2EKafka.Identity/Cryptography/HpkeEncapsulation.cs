namespace E2EKafka.Cryptography;

/// <summary>What encapsulation to a public key makes.</summary>
internal sealed class HpkeEncapsulation(byte[] enc, SecretBytes sharedSecret) : IDisposable
{
    /// <summary>enc, for the recipient: <see cref="HpkeKem.EncSize"/> bytes.</summary>
    public byte[] Enc { get; } = enc;

    /// <summary>shared_secret, <see cref="HpkeKem.SharedSecretSize"/> bytes.</summary>
    public SecretBytes SharedSecret { get; } = sharedSecret;

    public void Dispose() => SharedSecret.Dispose();
}
