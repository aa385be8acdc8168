using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// Finds what an authority signed and published after its vault was backed up: newer documents, records of removals, credentials and the
/// ticket uses in them.
/// </summary>
/// <param name="store">The vault.</param>
/// <param name="document">The document that the vault has.</param>
/// <param name="revocations">Its removals.</param>
/// <param name="takes">Whether what is found is taken over. Default: yes.</param>
internal sealed class AuthorityRecovery(AuthorityStore store, ProjectDocument document, RevocationList revocations, bool takes = true)
{
    private readonly ProjectDocument _stored = document;
    private readonly Dictionary<string, RevocationRecord> _records = revocations.Records.ToDictionary(record => record.Hash);
    private ProjectDocument _document = document;

    /// <summary>Whether there was a newer credential than the vault's.</summary>
    public bool HasFoundCredential { get; private set; }

    /// <summary>Whether there is a document that is newer than the vault's.</summary>
    public bool HasFoundDocument => _document != _stored;

    /// <summary>Takes the next record of the authority's topic. Any may come.</summary>
    public void Take(Jws jws)
    {
        switch (jws.Type)
        {
            case RecordTypes.Project:
                TakeDocument(jws);
                break;
            case RecordTypes.KeyChange:
                TakeKeyChange(jws);
                break;
            case RecordTypes.Revocations:
                if (RevocationRecord.TryRead(jws, _document.Id) is { } record)
                    _records.TryAdd(record.Hash, record);
                break;
            case RecordTypes.Credential:
                TakeCredential(jws);
                break;
        }
    }

    /// <summary>Stores the document that was found.</summary>
    public (ProjectDocument Document, RevocationList Revocations) End()
    {
        if (!_document.TryResolve(_records.GetValueOrDefault))
        {
            throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                $"The authority's vault was restored from a backup that is older than project document {_document.Version}, and Kafka has not all of the records that list its removed members. Restore a newer backup.");
        }

        var found = new RevocationList([.. _document.Claims.Revocations.Select(hash => _records[hash])]);
        using var batch = new VaultBatch();
        AuthorityStore.Put(batch, _document, found.Records, revocations.Records.Except(found.Records));
        store.Write(batch);
        return (_document, found);
    }

    private void TakeDocument(Jws jws)
    {
        if (ProjectDocument.TryVerify(jws, _document) is not { } found)
            return;
        if (found.Version > _document.Version)
        {
            if (found.AuthorityKey.Thumbprint != _document.AuthorityKey.Thumbprint)
                throw KeyIsMissing();
            _document = found;
        }
        else if (found.Version == _document.Version && found.Reference != _document.Reference)
        {
            throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                $"There are two project documents of version {_document.Version}: this authority's vault is in two places, or was restored while another copy went on. Stop the other one, and restore its vault here.");
        }
    }

    private void TakeKeyChange(Jws jws)
    {
        if (KeyChange.TryVerify(jws.Text, _document.Id, _document.Authority, _document.AuthorityKey) is not null)
            throw KeyIsMissing();
    }

    private void TakeCredential(Jws jws)
    {
        if (Credential.TryVerify(jws, _document) is not { } credential)
            return;

        var claims = credential.Claims;
        var known = store.Member(claims.Sub);
        var current = known is null || Jws.TryParse(known.Credential) is not { } stored ? null : Credential.TryVerify(stored, _document);
        if (current is not null && !credential.IsNewerThan(current))
            return;

        HasFoundCredential = true;
        if (!takes)
            return;

        using var batch = new VaultBatch();
        var member = new MemberRecord(
            claims.Ticket, claims.EnrolledAt, claims.Attributes, claims.Serial, credential.Key.Thumbprint, credential.Text,
            Math.Max(claims.Exp, known?.LatestExp ?? 0),
            current is not null && current.Key.Thumbprint != credential.Key.Thumbprint ? claims.Iat : known?.KeyChangedAt,
            known?.Superseded);

        // The document that rules out the one before may never have been published.
        AuthorityStore.Put(batch, claims.Sub, current is not null && credential.Narrows(current) ? member.Supersede(known!) : member);
        if (known is null && store.Ticket(claims.Ticket) is { } ticket)
            AuthorityStore.Put(batch, claims.Ticket, ticket with { Used = ticket.Used + 1 });
        store.Write(batch);
    }

    private static EndToEndKafkaException KeyIsMissing() => new(FailureReason.VaultCorrupt,
        "The authority's vault was restored from a backup that is older than its last key rotation, so it no longer has the authority's key. Restore a newer backup.");
}
