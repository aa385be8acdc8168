using System.Security.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>The authority's tickets. For one thread at a time.</summary>
internal sealed class TicketBook(AuthorityStore store, AuthorityDocument document)
{
    public const int MaxUses = 1_000_000;

    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(365);

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
        AuthorityStore.Put(batch, EnrollmentTicket.HashOf(secret), new TicketRecord(new Dictionary<string, string>(attributes), uses, exp, Used: 0));
        store.Write(batch);
        var project = document.Current;
        return new EnrollmentTicket(new TicketClaims(project.Id, project.Authority, project.AuthorityKey.Thumbprint, project.Version, exp, secret));
    }
}
