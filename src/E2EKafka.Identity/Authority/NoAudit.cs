namespace E2EKafka.Authority;

/// <summary>Keeps no audit.</summary>
internal sealed class NoAudit : IAuthorityAudit
{
    public void TicketCreated(string ticket, TicketRecord record)
    {
    }

    public void TicketCancelled(string ticket, int members)
    {
    }

    public void Enrolled(string member, MemberRecord record)
    {
    }

    public void Refused(string member, string? ticket, FailureReason reason)
    {
    }

    public void AttributesChanged(string member, MemberRecord before, MemberRecord after)
    {
    }

    public void IdentityKeyReplaced(string member, MemberRecord before, MemberRecord after)
    {
    }

    public void Removed(string member, MemberRecord? record, RevocationKind kind)
    {
    }

    public void PolicyChanged(ProjectDocument before, ProjectDocument after)
    {
    }

    public void KeysReplaced(ProjectDocument before, ProjectDocument after)
    {
    }
}
