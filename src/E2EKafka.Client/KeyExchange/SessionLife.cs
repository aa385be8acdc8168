using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>How long a session may be used: as policy says, within the limit of every session and the life of its producer's credential.</summary>
internal static class SessionLife
{
    /// <summary>A session that would end sooner is not worth announcing.</summary>
    private static readonly TimeSpan MinLifetime = TimeSpan.FromSeconds(30);

    /// <param name="member">The producer.</param>
    /// <param name="required">What policy asks of the topic.</param>
    /// <param name="begins">When the session is to begin.</param>
    /// <param name="now">The time.</param>
    /// <param name="ends">When it is to end.</param>
    /// <returns>Why there can be no session; <see langword="null"/> if there can.</returns>
    public static MemberFailure? FindEnd(Member member, TopicRequirements required, DateTimeOffset begins, DateTimeOffset now, out DateTimeOffset ends)
    {
        ends = now;
        if (member.Credential is not { } credential)
        {
            // It has ended since the caller looked.
            return new MemberFailure(FailureReason.CredentialExpired, "This member's credential has just ended. Check that the authority runs.");
        }

        // Sessions that end early, by count, would otherwise reach further and further into the future, and be refused for their length.
        if (begins > now + member.Lifetimes.SuccessorLead)
            begins = now + member.Lifetimes.SuccessorLead;
        var life = required.SessionLife ?? member.Lifetimes.Session;
        ends = new[] { begins + life, now + SessionStatement.MaxLifetime, credential.ExpiresAt }.Min();
        return ends >= now + MinLifetime || life < MinLifetime ? null : new MemberFailure(FailureReason.CredentialExpired,
            $"This member's credential ends at {credential.ExpiresAt:u}, too soon for another session. Check that the authority runs.");
    }
}
