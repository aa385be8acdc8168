using E2EKafka.Diagnostics;

namespace E2EKafka.KeyExchange;

/// <summary>Has the audit log say which keys this member gave for what was sent before: a removed member's or a thief's way to old messages would be seen there.</summary>
internal sealed class GrantAudit(Member member)
{
    /// <summary>A member asked for keys of sessions, and is given them.</summary>
    public void Answered(string asking, IEnumerable<KnownSession> given)
    {
        foreach (var known in given)
        {
            if (EnrolledAt(asking) >= known.Statement.Core.Begins)
            {
                GivenPast(asking, known);
                continue;
            }

            var statement = known.Statement;
            member.Log.KeyGivenAgain(statement.Id, statement.Topic, asking);
            member.Audit.KeyGivenAgain(member.Now, member.Identifier, asking, TicketOf(asking), statement.Id, statement.Topic, statement.Producer);
        }
    }

    /// <summary>A new reader is given keys of sessions that are in use.</summary>
    public void Granted(string reader, IEnumerable<OwnSession> sessions)
    {
        foreach (var session in sessions.Where(session => EnrolledAt(reader) >= session.Known.Statement.Core.Begins))
            GivenPast(reader, session.Known);
    }

    private void GivenPast(string reader, KnownSession known)
    {
        var statement = known.Statement;
        member.Audit.PastKeyGiven(
            member.Now, member.Identifier, reader, TicketOf(reader), statement.Id, statement.Topic, statement.Producer, statement.Begins);
    }

    // Only members that count are given keys.
    private long EnrolledAt(string reader) => member.Directory.Newest(reader)!.Claims.EnrolledAt;

    private string TicketOf(string reader) => member.Directory.Newest(reader)!.Claims.Ticket;
}
