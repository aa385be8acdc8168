using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// The authority's keys and the project document that they signed last. Every change is one vault write of all its records; they are published
/// in order afterwards. For one thread at a time.
/// </summary>
internal sealed class AuthorityDocument(
    AuthorityStore store, AuthoritySecrets secrets, ProjectDocument document, RevocationList revocations, TimeProvider time) : IDisposable
{
    private readonly List<string> _unpublished = [];

    public AuthoritySecrets Secrets { get; private set; } = secrets;

    public ProjectDocument Current { get; private set; } = document;

    public RevocationList Revocations { get; private set; } = revocations;

    /// <summary>A new serial or version. An authority that was restored from a backup goes on above what it has forgotten.</summary>
    public static long Next(long previous, DateTimeOffset now) => Math.Max(previous + 1, now.ToUnixTimeSeconds());

    /// <summary>The narrowings that are still needed.</summary>
    public List<Narrowing> NarrowingsToKeep()
    {
        // A narrowing is not needed when the last credential that it rules out has ended. Where the vault does not know that one, a serial is no
        // lower than the time at which it was issued.
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return
        [
            .. Current.Claims.Narrowings.Where(narrowing => now <=
                (store.Member(narrowing.Sub)?.Superseded is { } superseded && superseded.LowestSerial == narrowing.Serial
                    ? superseded.Until
                    : narrowing.Serial + (long)Credential.MaxLifetime.TotalSeconds)),
        ];
    }

    /// <summary>
    /// The removals that are still needed: until the last credential, the longest session and the longest key retention are over. Policy that keeps
    /// keys longer brings back those that it needs again.
    /// </summary>
    /// <param name="policy">The policy that is to be in force. Default: the current one.</param>
    public RevocationList RevocationsToKeep(Policy? policy = null)
    {
        var retention = policy?.LongestKeyRetention ?? Current.LongestKeyRetention;
        var since = time.GetUtcNow() - Credential.MaxLifetime - SessionStatement.MaxLifetime - retention;
        var kept = Revocations.Since(since, Current.Id, Secrets.Signing);
        if (policy is null || retention <= Current.LongestKeyRetention)
            return kept;

        var listed = kept.Records.SelectMany(record => record.Revocations).Select(revocation => revocation.Sub).ToHashSet();
        var needed = store.Removals().Where(revocation => revocation.At >= since.ToUnixTimeSeconds() && !listed.Contains(revocation.Sub));
        return kept.With(needed, Current.Id, Secrets.Signing);
    }

    /// <summary>Rules out what members' newest credentials have superseded.</summary>
    /// <param name="batch">What is written with the document.</param>
    /// <param name="members">The members, by identifier.</param>
    /// <param name="before">Records that are published before the document.</param>
    /// <returns>False, and nothing is written, where the document has no room now.</returns>
    public bool TryNarrow(VaultBatch batch, IReadOnlyList<KeyValuePair<string, MemberRecord>> members, IReadOnlyList<string>? before = null)
    {
        var narrowings = NarrowingsToKeep().ToDictionary(narrowing => narrowing.Sub);
        foreach (var (sub, member) in members)
            narrowings[sub] = new Narrowing(sub, member.Superseded!.LowestSerial);
        if (narrowings.Count > ProjectDocument.MaxNarrowings)
            return false;

        var claims = Current.Claims with { Narrowings = [.. narrowings.Values.OrderBy(narrowing => narrowing.Sub, StringComparer.Ordinal)] };
        try
        {
            Change(batch, claims, RevocationsToKeep(), leavers: [.. members.Select(member => member.Value.Superseded!.Lost)], before: before);
            return true;
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.ProjectInvalid)
        {
            return false;
        }
    }

    /// <summary>Signs the next document and writes it. What it depends on is published before it.</summary>
    /// <param name="batch">What is written with it.</param>
    /// <param name="claims">The document, but for version, time, groups and removals.</param>
    /// <param name="revocations">The removals.</param>
    /// <param name="secrets">The keys that sign it and are in use from then on. Default: the current ones.</param>
    /// <param name="leavers">The attributes of each member that leaves or changes its key; <see langword="null"/> for a member that is not known.</param>
    /// <param name="before">Records that are published before the document.</param>
    /// <param name="room">How many bytes of the largest record the document must leave free.</param>
    public void Change(
        VaultBatch batch, ProjectClaims claims, RevocationList revocations, AuthoritySecrets? secrets = null,
        IReadOnlyList<IReadOnlyDictionary<string, string>?>? leavers = null, IReadOnlyList<string>? before = null, int room = 0)
    {
        var now = time.GetUtcNow();
        var next = claims with { Revocations = revocations.Hashes, Version = Next(Current.Version, now), Iat = now.ToUnixTimeSeconds() };
        var document = ProjectDocument.Sign(GroupVersions.Follow(Current.Claims, next, leavers ?? []), (secrets ?? Secrets).Signing, room);
        document.TryResolve(hash => revocations.Records.FirstOrDefault(record => record.Hash == hash));
        var added = revocations.Records.Except(Revocations.Records).ToList();
        AuthorityStore.Put(batch, document, added, Revocations.Records.Except(revocations.Records));
        store.Write(batch);
        (Current, Revocations) = (document, revocations);
        _unpublished.AddRange([.. added.Select(record => record.Text), .. before ?? [], document.Record]);
        if (secrets is not null)
        {
            Secrets.Dispose();
            Secrets = secrets;
        }
    }

    /// <summary>
    /// Replaces the authority's keys. The old key signs the change; what members sealed to the old sealing key in the meantime can still be
    /// opened until the next rotation. Readers change over at once, with the document: before it come all credentials, signed again.
    /// </summary>
    public void RotateKeys()
    {
        var now = time.GetUtcNow();
        var secrets = Secrets.Rotate();
        var authority = Current.Claims.Authority;
        var change = KeyChange.Create(Current.Id, Current.Authority, Secrets.Signing, secrets.Signing.Public, now);
        using var batch = new VaultBatch();
        secrets.Put(batch);
        List<string> credentials = [];
        foreach (var (identifier, member) in store.Members())
        {
            var claims = member.ReadClaims();
            var credential = Jws.Sign(RecordTypes.Credential, secrets.Signing, claims, RecordJson.Default.CredentialClaims);
            AuthorityStore.Put(batch, identifier, member with { Credential = credential });
            if (IsNeeded(claims, now))
                credentials.Add(credential);
        }

        var changed = Current.Claims with
        {
            Authority = authority with { Sealing = secrets.Sealing.PublicKey.Encoded.ToArray(), Changes = [.. authority.Changes, change] },
        };
        Change(batch, changed, RevocationsToKeep(), secrets, before: [change, .. credentials]);
    }

    /// <summary>Takes over a document that was found on Kafka and is in the vault already.</summary>
    public void TakeOver(ProjectDocument document, RevocationList revocations) => (Current, Revocations) = (document, revocations);

    /// <summary>A record that no document follows is to be published.</summary>
    public void Publish(string record) => _unpublished.Add(record);

    /// <summary>The records of all changes since this was called last, in the order to publish them.</summary>
    public IReadOnlyList<string> TakeUnpublished()
    {
        List<string> records = [.. _unpublished];
        _unpublished.Clear();
        return records;
    }

    /// <summary>
    /// All that readers need, in the order to publish it: the changes of the authority's key, records of removals, credentials, and the
    /// document.
    /// </summary>
    /// <param name="withCredentials">
    /// Whether with every member's newest credential that readers may still need, lapsed and departed members' too: until it has expired,
    /// and the longest key retention and a day have passed.
    /// </param>
    public IReadOnlyList<string> RecordsToPublish(bool withCredentials)
    {
        var now = time.GetUtcNow();
        return
        [
            .. Current.Claims.Authority.Changes,
            .. Revocations.Records.Select(record => record.Text),
            .. withCredentials
                ? store.Members().Where(member => IsNeeded(member.Value.ReadClaims(), now)).Select(member => member.Value.Credential)
                : [],
            Current.Record,
        ];
    }

    public void Dispose() => Secrets.Dispose();

    private bool IsNeeded(CredentialClaims claims, DateTimeOffset now) =>
        RecordClock.ToTime(claims.Exp) > now - TimeSpan.FromDays(1) - Current.LongestKeyRetention;
}
