using System.Text;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The project document in force, in the vault: the next process starts with it.</summary>
internal static class StoredDocument
{
    public const string Collection = "project";
    public const string Name = "document";

    /// <summary>The document that an earlier life of this process kept; <see langword="null"/> if there is none.</summary>
    public static Jws? Read(IVaultStore vault) => vault.Read(Collection, Name) is { } stored ? Jws.TryParse(stored) : null;

    /// <summary>Keeps the document that has come into force.</summary>
    /// <param name="member">The member.</param>
    /// <param name="previous">The one that was in force before.</param>
    public static void Write(Member member, ProjectDocument previous)
    {
        // The records that it names are in the vault before it: without them the next process would know only an older one.
        var project = member.Directory.Project;
        member.Checkpoint.Write();
        using var batch = new VaultBatch();
        member.Vault.Write(batch.Put(Collection, Name, Encoding.ASCII.GetBytes(project.Record)));
        member.Checkpoint.Forget(Checkpoint.WaitingDocument);
        member.Checkpoint.Forget(Checkpoint.ConflictingDocument);
        foreach (var hash in previous.Claims.Revocations.Except(project.Claims.Revocations))
            member.Checkpoint.Forget(Checkpoint.RevocationsOf(hash));
        if (previous.AuthorityKey.Thumbprint == project.AuthorityKey.Thumbprint)
            return;

        // Credentials by the old key count for nothing now, and those by the new one were kept apart.
        foreach (var credential in member.Directory.NewestCredentials)
        {
            member.Checkpoint.Keep(Checkpoint.CredentialOf(credential.Subject), credential.Text);
            member.Checkpoint.Forget(Checkpoint.NextCredentialOf(project.AuthorityKey.Thumbprint, credential.Subject));
        }
    }
}
