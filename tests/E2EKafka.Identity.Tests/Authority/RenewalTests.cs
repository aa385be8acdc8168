namespace E2EKafka.Identity.Tests;

public sealed class RenewalTests : AuthorityFixture
{
    private static readonly TimeSpan RenewalTime = TimeSpan.FromHours(12);

    [Test]
    public void A_member_renews_with_its_key_alone_and_keeps_what_it_is()
    {
        var member = Project.Join(("role", "shop"));
        var first = member.Credential;
        Project.Clock.Advance(RenewalTime);
        member.Renew();
        var second = member.Credential;
        Assert.Multiple(() =>
        {
            Assert.That(second.Claims.Serial, Is.EqualTo(Project.Now.ToUnixTimeSeconds()).And.GreaterThan(first.Claims.Serial));
            Assert.That(second.Subject, Is.EqualTo(first.Subject));
            Assert.That(second.Attributes, Is.EquivalentTo(first.Attributes));
            Assert.That(second.Claims.EnrolledAt, Is.EqualTo(first.Claims.EnrolledAt));
            Assert.That(second.Claims.Ticket, Is.EqualTo(first.Claims.Ticket));
            Assert.That(second.IssuedAt, Is.EqualTo(Project.Now));
        });
    }

    [Test]
    public void The_same_answer_is_given_for_an_eighth_of_a_credentials_life()
    {
        var member = Project.Join();
        var first = member.Credential.Claims.Serial;
        Project.Clock.Advance(TimeSpan.FromHours(6) - TimeSpan.FromTicks(1));
        member.Renew();
        Assert.That(member.Credential.Claims.Serial, Is.EqualTo(first));
        Project.Clock.Advance(TimeSpan.FromTicks(1));
        member.Renew();
        Assert.That(member.Credential.Claims.Serial, Is.GreaterThan(first));
    }

    [Test]
    public void A_new_project_document_makes_a_new_credential_at_once()
    {
        var member = Project.Join();
        var first = member.Credential.Claims.Serial;
        Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        member.Renew();
        Assert.Multiple(() =>
        {
            Assert.That(member.Credential.Claims.Serial, Is.EqualTo(first + 1), "the clock stands still");
            Assert.That(member.Credential.Claims.Document, Is.EqualTo(Project.Document.Reference));
        });
    }

    [Test]
    public void A_member_whose_credential_has_expired_renews_as_before()
    {
        var member = Project.Join();
        Project.Clock.Advance(TimeSpan.FromDays(30));
        member.Renew();
        Assert.That(member.Credential.IsValidAt(Project.Now));
    }

    [TestCase(RevocationKind.Departed)]
    [TestCase(RevocationKind.Compromised)]
    public void A_removed_member_gets_nothing_any_more(RevocationKind kind)
    {
        var ticket = Project.Ticket(uses: 2);
        var key = NewKey();
        Enroll(key, ticket);
        Authority.Revoke(key.Public.Thumbprint, kind);
        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(key, ticket: null), Is.EqualTo(FailureReason.Revoked));
            Assert.That(RefusalOf(key, ticket), Is.EqualTo(FailureReason.Revoked), "with its old ticket");
            Assert.That(RefusalOf(key, Project.Ticket()), Is.EqualTo(FailureReason.Revoked), "with a new one");
        });
    }

    [Test]
    public void A_renewal_signed_by_another_key_is_refused_and_changes_nothing()
    {
        var member = Project.Join();
        var mallory = NewKey();
        Project.Clock.Advance(RenewalTime);
        var stolen = AuthorityRequest.Create(Project.Document, member.Identifier, mallory, ticket: null, Project.Now);
        var first = member.Credential.Claims.Serial;
        Assert.That(RefusalOf(stolen), Is.EqualTo(FailureReason.NotEnrolled));
        member.Renew();
        Assert.That(member.Credential.Claims.Serial, Is.GreaterThan(first));
    }

    [Test]
    public void Who_never_enrolled_has_nothing_to_renew() =>
        Assert.That(RefusalOf(NewKey(), ticket: null), Is.EqualTo(FailureReason.NotEnrolled));

    [Test]
    public void Nothing_is_signed_for_who_may_not_even_be_refused()
    {
        using var key = NewKey();
        Assert.That(Authority.Answer(Request(key, ticket: null), mayRefuse: () => false), Is.Null);
    }

    [Test]
    public void A_refusal_answers_one_request()
    {
        var request = Request(NewKey(), ticket: null);
        var other = Request(NewKey(), ticket: null);
        var answer = Authority.Answer(request);
        Assert.Multiple(() =>
        {
            Assert.That(Project.RefusalIn(answer, request), Is.EqualTo(FailureReason.NotEnrolled));
            Assert.That(Project.RefusalIn(answer, other), Is.Null);
        });
    }
}
