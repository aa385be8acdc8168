using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Tickets that were made can be listed and cancelled, with the members that enrolled with them.</summary>
public sealed class TicketBookTests : AuthorityFixture
{
    [Test]
    public void A_list_has_what_is_known_of_each_ticket_and_no_secret()
    {
        var later = Project.Ticket(uses: 3, lifetime: TimeSpan.FromHours(1), ("role", "shop"));
        var sooner = Project.Ticket();
        Enroll(NewKey(), later);
        var tickets = Authority.ListTickets();

        Assert.Multiple(() =>
        {
            Assert.That(tickets.Select(ticket => ticket.Id), Is.EqualTo((string[])[EnrollmentTicket.HashOf(sooner.Secret), EnrollmentTicket.HashOf(later.Secret)]));
            Assert.That(tickets.Select(ticket => (ticket.Used, ticket.Uses)), Is.EqualTo(((int, int)[])[(0, 1), (1, 3)]));
            Assert.That(tickets[1].Attributes, Is.EqualTo(new Dictionary<string, string> { ["role"] = "shop" }));
            Assert.That(tickets[1].ExpiresAt, Is.EqualTo(Project.Now.AddHours(1)));
        });
    }

    [Test]
    public void A_cancelled_ticket_lets_no_one_in_and_its_members_stay()
    {
        var (ticket, first, second) = (Project.Ticket(uses: 2), NewKey(), NewKey());
        Enroll(first, ticket);
        var version = Project.Document.Version;
        var members = Authority.CancelTicket(EnrollmentTicket.HashOf(ticket.Secret), revoke: null);

        Assert.Multiple(() =>
        {
            Assert.That(members, Is.EqualTo((string[])[first.Public.Thumbprint]));
            Assert.That(RefusalOf(second, ticket), Is.EqualTo(FailureReason.TicketUnknown));
            Assert.That(Project.CredentialIn(Authority.Answer(Request(first, ticket: null))), Is.Not.Null);
            Assert.That(Project.Document.Version, Is.EqualTo(version));
            Assert.That(Authority.ListTickets(), Is.Empty);
        });
    }

    [Test]
    public void Its_members_can_be_removed_with_it_in_one_document([Values] RevocationKind kind)
    {
        var (ticket, others) = (Project.Ticket(uses: 9), Project.Join());
        var keys = Enumerable.Range(0, 3).Select(_ => NewKey()).ToList();
        keys.ForEach(key => Enroll(key, ticket));
        Authority.Revoke(keys[0].Public.Thumbprint, RevocationKind.Departed);
        Authority.TakeUnpublished();
        Authority.CancelTicket(EnrollmentTicket.HashOf(ticket.Secret), kind);
        var records = Authority.TakeUnpublished();

        Assert.Multiple(() =>
        {
            Assert.That(keys.Select(key => Project.Document.RevocationOf(key.Public.Thumbprint)!.Kind), Is.EqualTo((RevocationKind[])[kind, kind, kind]));
            Assert.That(keys.Select(key => RefusalOf(key, ticket: null)), Is.All.EqualTo(FailureReason.Revoked));
            Assert.That(Project.Document.RevocationOf(others.Identifier), Is.Null);
            Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])[RecordTypes.Revocations, RecordTypes.Project]));
        });
    }

    [Test]
    public void The_members_of_a_ticket_that_is_forgotten_can_still_be_removed()
    {
        var (ticket, key) = (Project.Ticket(), NewKey());
        Enroll(key, ticket);
        Project.Clock.Advance(TimeSpan.FromDays(2));
        Project.Ticket();
        var id = EnrollmentTicket.HashOf(ticket.Secret);

        Assert.That(Authority.ListTickets().Select(listed => listed.Id), Has.None.EqualTo(id));
        Assert.That(Authority.CancelTicket(id, RevocationKind.Compromised), Is.EqualTo((string[])[key.Public.Thumbprint]));
        Assert.That(Project.Document.RevocationOf(key.Public.Thumbprint), Is.Not.Null);
    }

    [Test]
    public void An_id_that_is_none_is_said_to_be_none()
    {
        Assert.That(() => Authority.CancelTicket(NewKey().Public.Thumbprint, revoke: null), Refused.With(FailureReason.TicketUnknown, "no ticket"));
        Assert.That(() => Authority.CancelTicket("abc", revoke: null), Throws.ArgumentException);
    }
}
