using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Membership;

/// <summary>This process's own identity: made once, kept in its vault.</summary>
internal sealed class MemberIdentity : IDisposable
{
    private const string Collection = "identity";
    private const string IdentifierName = "identifier";
    private const string KeyName = "key";
    private const string NextKeyName = "next-key";
    private const string CredentialName = "credential";
    private const string ProjectName = "project";

    private readonly IVaultStore _vault;

    private MemberIdentity(IVaultStore vault, string identifier, SigningKey key, SigningKey? nextKey, string? credential)
    {
        _vault = vault;
        Identifier = identifier;
        Key = key;
        NextKey = nextKey;
        StoredCredential = credential;
    }

    /// <summary>The RFC 7638 thumbprint of the identity's first public key, 43 characters.</summary>
    public string Identifier { get; }

    public SigningKey Key { get; private set; }

    /// <summary>The key that is to replace <see cref="Key"/> as soon as there is a credential for it.</summary>
    public SigningKey? NextKey { get; private set; }

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

        var next = vault.Read(Collection, NextKeyName);
        var stored = vault.Read(Collection, KeyName) ?? throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            "The vault names an identity and has no key for it. Restore the vault from a backup, or enroll with a new vault.");
        try
        {
            return new MemberIdentity(vault, identifier, SigningKey.Import(stored), next is null ? null : SigningKey.Import(next), ReadText(vault, CredentialName));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(stored);
            CryptographicOperations.ZeroMemory(next);
        }
    }

    public void StoreCredential(string credential)
    {
        using var batch = new VaultBatch();
        _vault.Write(batch.Put(Collection, CredentialName, Encoding.ASCII.GetBytes(credential)));
        StoredCredential = credential;
    }

    /// <summary>Makes the key that is to replace the current one, and keeps it in the vault. Does nothing if there is one already.</summary>
    public void PrepareNextKey()
    {
        if (NextKey is not null)
            return;

        var key = SigningKey.Generate();
        var secret = key.Export();
        using var batch = new VaultBatch();
        _vault.Write(batch.Put(Collection, NextKeyName, secret));
        CryptographicOperations.ZeroMemory(secret);
        NextKey = key;
    }

    /// <summary>Gives the next key up.</summary>
    public void ForgetNextKey()
    {
        using var batch = new VaultBatch();
        _vault.Write(batch.Delete(Collection, NextKeyName));
        NextKey?.Dispose();
        NextKey = null;
    }

    /// <summary>Takes the next key into use, and destroys the current one.</summary>
    /// <param name="credential">The credential for the next key.</param>
    public void UseNextKey(string credential)
    {
        var secret = NextKey!.Export();
        using var batch = new VaultBatch();
        _vault.Write(batch
            .Put(Collection, KeyName, secret)
            .Delete(Collection, NextKeyName)
            .Put(Collection, CredentialName, Encoding.ASCII.GetBytes(credential)));
        CryptographicOperations.ZeroMemory(secret);
        Key.Dispose();
        (Key, NextKey, StoredCredential) = (NextKey, null, credential);
    }

    public void Dispose()
    {
        Key.Dispose();
        NextKey?.Dispose();
    }

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

        return new MemberIdentity(vault, key.Public.Thumbprint, key, null, null);
    }

    private static string? ReadText(IVaultStore vault, string name) =>
        vault.Read(Collection, name) is { } bytes ? Encoding.ASCII.GetString(bytes) : null;
}
