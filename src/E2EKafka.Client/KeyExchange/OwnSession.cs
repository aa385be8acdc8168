using E2EKafka.Cryptography;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>A session of this process: what encrypts, what is known of it, and the key packages that it was sealed to.</summary>
internal sealed class OwnSession(OutboundSession outbound, KnownSession known)
{
    public OutboundSession Outbound { get; } = outbound;

    public KnownSession Known { get; } = known;

    /// <summary>The ids of the key packages. In memory only: what was sealed matters to no judgement.</summary>
    public HashSet<string> Granted { get; } = [];

    /// <summary>Makes the keys and the statement of a session, and has the store keep them. No one else knows of it yet.</summary>
    public static OwnSession Create(Member member, SessionStore store, string topic, DateTimeOffset begins, DateTimeOffset ends)
    {
        var (project, limits) = (member.Directory.Project, member.Lifetimes.SessionLimits);
        var required = project.Policy.RequirementsOf(topic);
        var signingKey = required.Authentication == MessageAuthentication.Signature ? SigningKey.Generate() : null;
        List<GroupKey> groupKeys = [.. (required.ReaderGroups?.Values ?? []).Select(GroupKey.Random)];
        var secret = SecretBytes.Random(SessionKeys.SecretSize);
        var statement = SessionKeys.State(secret, new SessionCore(
            project.Id, project.Reference, topic, member.Identifier, required.Authentication,
            begins.ToUnixTimeSeconds(), ends.ToUnixTimeSeconds(), Math.Min(limits.Messages, SessionStatement.MaxMessages), Math.Min(limits.Bytes, SessionStatement.MaxBytes), signingKey?.Public.Jwk,
            required.ReaderGroups), groupKeys);
        var keys = SessionKeys.TryDerive(secret, statement)!;
        var provingKeys = signingKey is not null ? ProvingKeys.Signature(signingKey)
            : groupKeys.Count > 0 ? ProvingKeys.Macs([.. groupKeys.Select(key => SecretBytes.CopyOf(key.Key.Span))])
            : ProvingKeys.Shared();
        return new OwnSession(new OutboundSession(statement, keys, provingKeys, limits), store.AddOwn(statement, secret, groupKeys));
    }

    /// <summary>What a topic has, for a status.</summary>
    public static SendingStatus StatusOf(Member member, KeyGranter granter, string topic, OwnSession? current, OwnSession? next, MemberFailure? failure)
    {
        var statement = current?.Known.Statement;
        return new SendingStatus(
            topic,
            current is null && failure is not null ? new StatusProblem(failure.Reason, failure.Message) : null,
            statement?.Id.ToString() ?? "",
            statement?.Begins,
            statement?.Ends,
            statement?.Ends - member.Lifetimes.SuccessorLead,
            next?.Known.Statement.Id.ToString() ?? "",
            current?.Outbound.Messages ?? 0,
            current is null ? [] : [.. granter.MembersOf(current).Order(StringComparer.Ordinal)]);
    }
}
