using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Records;
using E2EKafka.Vault;

namespace E2EKafka.Authority;

/// <summary>
/// What the authority's vault holds besides its keys: the project document with its records of removals, members, tickets, and the identifiers
/// of all that were ever removed.
/// </summary>
internal sealed class AuthorityStore(IVaultStore vault)
{
    private const string Collection = "authority";
    private const string DocumentName = "document";
    private const string RevocationsCollection = "revocations";
    private const string MembersCollection = "members";
    private const string TicketsCollection = "tickets";
    private const string RemovedCollection = "removed";

    /// <summary>How long an expired ticket is remembered, so that its bearer is told what is wrong with it.</summary>
    private static readonly TimeSpan ExpiredTicketMemory = TimeSpan.FromDays(1);

    /// <summary>Whether there is a project document.</summary>
    /// <exception cref="EndToEndKafkaException">The vault is not whole.</exception>
    public bool HasDocument => Read(Collection, DocumentName) is not null;

    /// <summary>The project document, with its records of removals; <see langword="null"/> where a part is missing or damaged.</summary>
    public ProjectDocument? TryReadDocument(out IReadOnlyList<RevocationRecord> revocations)
    {
        revocations = [];
        if (Read(Collection, DocumentName) is not { } stored || Jws.TryParse(stored) is not { } jws ||
            ProjectDocument.TryVerify(jws, current: null) is not { } document)
            return null;

        var records = document.Claims.Revocations.Select(hash => ReadRevocations(hash, document.Id)).OfType<RevocationRecord>().ToList();
        revocations = records;
        return document.TryResolve(hash => records.Find(record => record.Hash == hash)) ? document : null;
    }

    public static void Put(VaultBatch batch, ProjectDocument document, IEnumerable<RevocationRecord> added, IEnumerable<RevocationRecord> removed)
    {
        foreach (var record in removed)
            batch.Delete(RevocationsCollection, record.Hash);
        foreach (var record in added)
            batch.Put(RevocationsCollection, record.Hash, Encoding.ASCII.GetBytes(record.Text));
        batch.Put(Collection, DocumentName, Encoding.ASCII.GetBytes(document.Record));
    }

    public MemberRecord? Member(string identifier) => Get(MembersCollection, identifier, AuthorityJson.Default.MemberRecord);

    public IEnumerable<KeyValuePair<string, MemberRecord>> Members() => List(MembersCollection)
        .Select(pair => KeyValuePair.Create(pair.Key, Parse(pair.Value, AuthorityJson.Default.MemberRecord)));

    public static void Put(VaultBatch batch, string identifier, MemberRecord member) =>
        batch.Put(MembersCollection, identifier, JsonSerializer.SerializeToUtf8Bytes(member, AuthorityJson.Default.MemberRecord));

    /// <summary>Whether an identifier was removed, also where the project document needs not say it any more.</summary>
    public bool IsRemoved(string identifier) => Read(RemovedCollection, identifier) is not null;

    /// <summary>Every removal that there ever was.</summary>
    public IEnumerable<Revocation> Removals() => List(RemovedCollection).Select(pair => Parse(pair.Value, RecordJson.Default.Revocation));

    public static void PutRemoved(VaultBatch batch, Revocation revocation) =>
        batch.Put(RemovedCollection, revocation.Sub, JsonSerializer.SerializeToUtf8Bytes(revocation, RecordJson.Default.Revocation));

    public TicketRecord? Ticket(string hash) => Get(TicketsCollection, hash, AuthorityJson.Default.TicketRecord);

    public IEnumerable<KeyValuePair<string, TicketRecord>> Tickets() => List(TicketsCollection)
        .Select(pair => KeyValuePair.Create(pair.Key, Parse(pair.Value, AuthorityJson.Default.TicketRecord)));

    public static void DeleteTicket(VaultBatch batch, string hash) => batch.Delete(TicketsCollection, hash);

    public static void Put(VaultBatch batch, string hash, TicketRecord ticket) =>
        batch.Put(TicketsCollection, hash, JsonSerializer.SerializeToUtf8Bytes(ticket, AuthorityJson.Default.TicketRecord));

    /// <summary>Deletes tickets that expired a while ago.</summary>
    public void ForgetExpiredTickets(VaultBatch batch, DateTimeOffset now)
    {
        var before = (now - ExpiredTicketMemory).ToUnixTimeSeconds();
        foreach (var (hash, _) in Tickets().Where(ticket => ticket.Value.Exp < before))
            DeleteTicket(batch, hash);
    }

    public void Write(VaultBatch batch) => vault.Write(batch);

    /// <summary>
    /// An authority must know all that it knew: without one entry a removed member could come back, a ticket be used again, or a project be
    /// made over another.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">An entry of the vault cannot be read.</exception>
    public void RequireWhole()
    {
        if (vault.Unreadable.Count > 0)
            throw VaultFailure.Incomplete(vault, "is not whole, as an authority's must be", "Restore it from a backup.");
    }

    // Damage may show at any read, and is not to be taken for what is not there.
    private byte[]? Read(string collection, string name)
    {
        var value = vault.Read(collection, name);
        RequireWhole();
        return value;
    }

    private IReadOnlyDictionary<string, byte[]> List(string collection)
    {
        var values = vault.List(collection);
        RequireWhole();
        return values;
    }

    private RevocationRecord? ReadRevocations(string hash, string projectId) =>
        Read(RevocationsCollection, hash) is { } stored && Jws.TryParse(stored) is { } jws ? RevocationRecord.TryRead(jws, projectId) : null;

    private T? Get<T>(string collection, string name, JsonTypeInfo<T> json)
        where T : class =>
        Read(collection, name) is { } bytes ? Parse(bytes, json) : null;

    private static T Parse<T>(byte[] bytes, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, json) is { } value)
                return value;
        }
        catch (JsonException)
        {
            // Falls through: the vault authenticates its values, so only another release can have written this.
        }

        throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            $"The authority's vault has a {typeof(T).Name} that this release cannot read. Use the release that wrote it, or a later one.");
    }
}
