namespace E2EKafka.Cryptography;

/// <summary>
/// A key encapsulation mechanism of HPKE (RFC 9180 section 4): makes and reads its keys, which encapsulate and decapsulate by
/// themselves. The length of an encoded public key tells its KEM.
/// </summary>
internal abstract class HpkeKem
{
    /// <summary>Nsk: the size of a serialized private key in bytes, the same for every KEM.</summary>
    public const int PrivateKeySize = 32;

    /// <summary>Nsecret: the size of a shared secret in bytes, the same for every KEM.</summary>
    public const int SharedSecretSize = 32;

    /// <summary>DHKEM(P-256, HKDF-SHA256): <see cref="KeyAlgorithms.P256"/>.</summary>
    public static readonly HpkeKem P256 = new DhKemP256();

    /// <summary>MLKEM768-P256: <see cref="KeyAlgorithms.MlKem768P256"/>.</summary>
    public static readonly HpkeKem MlKem768P256 = new MlKem768P256();

    /// <summary>The KEM of new projects.</summary>
    public static readonly HpkeKem Default = MlKem768P256;

    private readonly byte[] _suiteId;

    private protected HpkeKem(string algorithm, ushort id, int publicKeySize, int encSize)
    {
        Algorithm = algorithm;
        Id = id;
        PublicKeySize = publicKeySize;
        EncSize = encSize;
        _suiteId = [.. "KEM"u8, .. HpkeKdf.I2Osp(id)];
        Suite = new HpkeSuite(this, aeadId: 0x0002, keySize: 32);
    }

    /// <summary>All that this release knows.</summary>
    public static IReadOnlyList<HpkeKem> All { get; } = [MlKem768P256, P256];

    /// <summary>Its name in project documents, one of <see cref="KeyAlgorithms"/>.</summary>
    public string Algorithm { get; }

    /// <summary>Its identifier in the registry of HPKE KEMs.</summary>
    public ushort Id { get; }

    /// <summary>Npk: the size of an encoded public key in bytes.</summary>
    public int PublicKeySize { get; }

    /// <summary>Nenc: the size of what encapsulation makes for the recipient, in bytes.</summary>
    public int EncSize { get; }

    /// <summary>What sealing adds, in bytes: <see cref="EncSize"/> and the tag (16).</summary>
    public int Overhead => EncSize + Hpke.TagSize;

    /// <summary>suite_id within the KEM: "KEM" and its identifier.</summary>
    public ReadOnlySpan<byte> SuiteId => _suiteId;

    /// <summary>This KEM with the library's KDF and AEAD: HKDF-SHA256 and AES-256-GCM.</summary>
    public HpkeSuite Suite { get; }

    /// <summary>The KEM of a name in a project document; <see langword="null"/> for a name that this release does not know.</summary>
    public static HpkeKem? Find(string algorithm) => All.FirstOrDefault(kem => kem.Algorithm == algorithm);

    /// <summary>The KEM of an identifier; <see langword="null"/> for one that this release does not know.</summary>
    public static HpkeKem? Find(ushort id) => All.FirstOrDefault(kem => kem.Id == id);

    /// <summary>A new random key.</summary>
    public abstract HpkePrivateKey Generate();

    /// <summary>Takes the private key that <see cref="HpkePrivateKey.Export"/> gave.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Not a private key.</exception>
    public abstract HpkePrivateKey Import(ReadOnlySpan<byte> privateKey);

    /// <summary>Takes exactly the one encoding of a valid public key; <see langword="null"/> for any other bytes, of any length.</summary>
    public abstract HpkePublicKey? TryImport(ReadOnlySpan<byte> publicKey);

    public override string ToString() => Algorithm;
}
