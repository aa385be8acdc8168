using System.Security.Cryptography;
using System.Text;

namespace E2EKafka;

/// <summary>This process's own identity: made once, kept in its vault.</summary>
internal sealed class MemberIdentity : IDisposable
{
    private const string Collection = "identity";
    private const string IdentifierName = "identifier";
    private const string KeyName = "key";
    private const string CredentialName = "credential";
    private const string ProjectName = "project";

    private readonly IVaultStore _vault;

    private MemberIdentity(IVaultStore vault, string identifier, SigningKey key, string? credential)
    {
        _vault = vault;
        Identifier = identifier;
        Key = key;
        StoredCredential = credential;
    }

    /// <summary>The RFC 7638 thumbprint of the identity's first public key, 43 characters.</summary>
    public string Identifier { get; }

    public SigningKey Key { get; }

    /// <summary>The newest credential that the vault has, valid or not.</summary>
    public string? StoredCredential { get; private set; }

    /// <summary>Reads the identity in a vault, or makes one.</summary>
    /// <exception cref="EndToEndKafkaException">The vault belongs to a member of another project, or is damaged.</exception>
    public static MemberIdentity LoadOrCreate(IVaultStore vault, string projectId)
    {
        if (ReadText(vault, ProjectName) is { } project && project != projectId)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The vault belongs to a member of project {project}, and the project file is of project {projectId}. Use the project file that the vault was made with, or another vault.");
        }

        if (ReadText(vault, IdentifierName) is not { } identifier)
            return Create(vault, projectId, SigningKey.Generate());

        var stored = vault.Read(Collection, KeyName) ?? throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            "The vault names an identity and has no key for it. Restore the vault from a backup, or enroll with a new vault.");
        try
        {
            return new MemberIdentity(vault, identifier, SigningKey.Import(stored), ReadText(vault, CredentialName));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(stored);
        }
    }

    public void StoreCredential(string credential)
    {
        using var batch = new VaultBatch();
        _vault.Write(batch.Put(Collection, CredentialName, Encoding.ASCII.GetBytes(credential)));
        StoredCredential = credential;
    }

    public void Dispose() => Key.Dispose();

    /// <summary>Makes an identity of a key that was just made; this object disposes the key.</summary>
    public static MemberIdentity Create(IVaultStore vault, string projectId, SigningKey key)
    {
        var secret = key.Export();
        try
        {
            using var batch = new VaultBatch();
            vault.Write(batch
                .Put(Collection, ProjectName, Encoding.ASCII.GetBytes(projectId))
                .Put(Collection, IdentifierName, Encoding.ASCII.GetBytes(key.Public.Thumbprint))
                .Put(Collection, KeyName, secret));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }

        return new MemberIdentity(vault, key.Public.Thumbprint, key, null);
    }

    private static string? ReadText(IVaultStore vault, string name) =>
        vault.Read(Collection, name) is { } bytes ? Encoding.ASCII.GetString(bytes) : null;
}
