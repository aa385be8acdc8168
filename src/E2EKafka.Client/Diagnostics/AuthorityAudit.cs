using E2EKafka.Authority;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>Writes what an authority decided to the audit log.</summary>
internal sealed class AuthorityAudit(ILogger audit, TimeProvider time) : IAuthorityAudit
{
    private DateTimeOffset Now => time.GetUtcNow();

    public void ProjectCreated(ProjectDocument project) => audit.ProjectCreated(Now, project.Id, project.Name, project.Authority);

    public void TicketCreated(string ticket, TicketRecord record) =>
        audit.TicketCreated(Now, ticket, record.Uses, RecordClock.ToTime(record.Exp), TextOf(record.Attributes));

    public void TicketCancelled(string ticket, int members) => audit.TicketCancelled(Now, ticket, members);

    public void Enrolled(string member, MemberRecord record) => audit.MemberEnrolled(Now, member, record.Ticket, TextOf(record.Attributes));

    public void Refused(string member, string? ticket, FailureReason reason) => audit.RequestRefused(Now, member, ticket ?? "", reason);

    public void AttributesChanged(string member, MemberRecord before, MemberRecord after) =>
        audit.AttributesChanged(Now, member, after.Ticket, TextOf(before.Attributes), TextOf(after.Attributes));

    public void IdentityKeyReplaced(string member, MemberRecord before, MemberRecord after) =>
        audit.IdentityKeyReplaced(Now, member, after.Ticket, after.Key, before.Key);

    public void Removed(string member, MemberRecord? record, RevocationKind kind) => audit.MemberRemoved(Now, member, record?.Ticket ?? "", kind);

    public void PolicyChanged(ProjectDocument before, ProjectDocument after) =>
        audit.PolicyChanged(Now, after.Id, after.Version, after.Reference.Hash, before.Version);

    public void KeysReplaced(ProjectDocument before, ProjectDocument after) =>
        audit.AuthorityKeysReplaced(Now, after.Authority, after.AuthorityKey.Thumbprint, before.AuthorityKey.Thumbprint, after.Version);

    private static string TextOf(IReadOnlyDictionary<string, string> attributes) =>
        string.Join(", ", attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => $"{attribute.Key}={attribute.Value}"));
}
