using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Vault;

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

    /// <summary>Reads the identity in a vault, or makes one where there is none. Never makes one over another that is damaged.</summary>
    /// <exception cref="EndToEndKafkaException">The vault belongs to a member of another project, or is damaged.</exception>
    public static MemberIdentity LoadOrCreate(IVaultStore vault, string projectId)
    {
        var entries = ReadWhole(vault);
        if (entries.Count == 0)
            return Create(vault, projectId, SigningKey.Generate());

        try
        {
            var project = Encoding.ASCII.GetString(entries[ProjectName]);
            if (project != projectId)
            {
                throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                    $"The vault belongs to a member of project {project}, and the project file is of project {projectId}. Use the project file that the vault was made with, or another vault.");
            }

            return new MemberIdentity(
                vault,
                Encoding.ASCII.GetString(entries[IdentifierName]),
                SigningKey.Import(entries[KeyName]),
                entries.TryGetValue(NextKeyName, out var next) ? SigningKey.Import(next) : null,
                entries.TryGetValue(CredentialName, out var credential) ? Encoding.ASCII.GetString(credential) : null);
        }
        finally
        {
            Zero(entries);
        }
    }

    /// <summary>Looks whether all of an identity can be read that it needs. A vault without damage and without an identity passes.</summary>
    /// <exception cref="EndToEndKafkaException">It is damaged.</exception>
    public static void Verify(IVaultStore vault) => Zero(ReadWhole(vault));

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

    // Empty where there is no identity.
    private static IReadOnlyDictionary<string, byte[]> ReadWhole(IVaultStore vault)
    {
        var entries = vault.List(Collection);
        if (ProblemOf(entries, vault.Unreadable) is not { } problem)
            return entries;

        Zero(entries);
        throw VaultFailure.Incomplete(vault, problem, "Restore it from a backup, or move it away and enroll this member again with a fresh ticket.");
    }

    // A credential that cannot be read is fetched again. A next key is not: the authority may have changed to it, and then the current key
    // is worth nothing. Its entry may be damaged in its collection or its name.
    private static string? ProblemOf(IReadOnlyDictionary<string, byte[]> entries, IReadOnlyCollection<string> unreadable) =>
        entries.Count == 0 ? unreadable.Count == 0 ? null : "has no identity that can be read"
        : !entries.ContainsKey(IdentifierName) ? "has an identity without its identifier"
        : !entries.ContainsKey(KeyName) ? "names an identity and has no key for it"
        : !entries.ContainsKey(ProjectName) ? "has an identity and does not say of which project"
        : !entries.ContainsKey(NextKeyName) && unreadable.Any(MayBeNextKey) ? "may have lost the next key of its identity, to which the authority may have changed already"
        : null;

    private static bool MayBeNextKey(string entry) =>
        entry.EndsWith($"/{NextKeyName}", StringComparison.Ordinal) ||
        (entry.StartsWith($"{Collection}/", StringComparison.Ordinal) && entry != $"{Collection}/{CredentialName}");

    private static void Zero(IReadOnlyDictionary<string, byte[]> entries)
    {
        foreach (var value in entries.Values)
            CryptographicOperations.ZeroMemory(value);
    }
}
