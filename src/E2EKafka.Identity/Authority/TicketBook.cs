using System.Security.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>The authority's tickets. For one thread at a time.</summary>
internal sealed class TicketBook(AuthorityStore store, AuthorityDocument document)
{
    public const int MaxUses = 1_000_000;

    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(365);

    /// <summary>Told of what it decided. Default: no audit.</summary>
    public IAuthorityAudit Audit { get; set; } = new NoAudit();

    /// <summary>Makes a ticket. Only the hash of its secret is kept.</summary>
    /// <param name="attributes">What members that enroll with it get.</param>
    /// <param name="uses">How many identities may enroll with it: 1 to 1,000,000.</param>
    /// <param name="lifetime">How long it can be used: at most 365 days.</param>
    /// <param name="now">The time.</param>
    public EnrollmentTicket Create(IReadOnlyDictionary<string, string> attributes, int uses, TimeSpan lifetime, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(uses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uses, MaxUses);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, MaxLifetime);
        if (Credential.ProblemOf(attributes) is { } problem)
            throw new ArgumentException(problem, nameof(attributes));

        var exp = (now + lifetime).ToUnixTimeSeconds();
        var secret = RandomNumberGenerator.GetBytes(EnrollmentTicket.SecretSize);
        using var batch = new VaultBatch();
        store.ForgetExpiredTickets(batch, now);
        var (id, record) = (EnrollmentTicket.HashOf(secret), new TicketRecord(new Dictionary<string, string>(attributes), uses, exp, Used: 0));
        AuthorityStore.Put(batch, id, record);
        store.Write(batch);
        Audit.TicketCreated(id, record);
        var project = document.Current;
        return new EnrollmentTicket(new TicketClaims(project.Id, project.Authority, project.AuthorityKey.Thumbprint, project.Version, exp, secret));
    }

    /// <summary>The tickets that were made and not cancelled. One that expired more than a day ago may be missing.</summary>
    public IReadOnlyList<IssuedTicket> List() =>
    [
        .. store.Tickets().OrderBy(ticket => ticket.Value.Exp).ThenBy(ticket => ticket.Key, StringComparer.Ordinal).Select(ticket => new IssuedTicket(
            ticket.Key, ticket.Value.Attributes, ticket.Value.Uses, ticket.Value.Used, RecordClock.ToTime(ticket.Value.Exp))),
    ];

    /// <summary>Cancels a ticket: no more members enroll with it.</summary>
    /// <param name="batch">What is written. The caller writes it.</param>
    /// <param name="id">The ticket's id.</param>
    /// <returns>The members that enrolled with it.</returns>
    /// <exception cref="EndToEndKafkaException">There is no such ticket, and no member enrolled with one.</exception>
    public IReadOnlyList<KeyValuePair<string, MemberRecord>> Cancel(VaultBatch batch, string id)
    {
        List<KeyValuePair<string, MemberRecord>> members = [.. store.Members().Where(member => member.Value.Ticket == id)];
        if (members.Count == 0 && store.Ticket(id) is null)
            throw new EndToEndKafkaException(FailureReason.TicketUnknown, $"There is no ticket with the id {id}. The list of tickets has the ids.");

        AuthorityStore.DeleteTicket(batch, id);
        return members;
    }
}
