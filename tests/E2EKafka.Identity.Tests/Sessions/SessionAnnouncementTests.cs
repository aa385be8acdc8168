using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class SessionAnnouncementTests : SessionRecordFixture
{
    [TestCase(MessageAuthentication.Signature)]
    [TestCase(MessageAuthentication.Shared)]
    public void An_announcement_says_all_that_a_reader_needs(MessageAuthentication authentication)
    {
        var session = Producer.Session("orders", authentication);
        var read = SessionAnnouncement.TryVerify(session.Record, Directory, Project.Now, out var problem)!;
        Assert.Multiple(() =>
        {
            Assert.That(problem, Is.EqualTo(RecordProblem.None));
            Assert.That(read.Id, Is.EqualTo(session.Keys.Id));
            Assert.That(read.Topic, Is.EqualTo("orders"));
            Assert.That(read.Producer, Is.EqualTo(Producer.Identifier));
            Assert.That(read.Authentication, Is.EqualTo(authentication));
            Assert.That(read.SigningKey?.Thumbprint, Is.EqualTo(session.SigningKey?.Public.Thumbprint));
            Assert.That(read.Begins, Is.EqualTo(Project.Now));
            Assert.That(read.Ends, Is.EqualTo(Project.Now.AddHours(1)));
            Assert.That(read.Hash, Is.EqualTo(session.Announcement.Hash));
            Assert.That(read.Statement.Encode(), Is.EqualTo(session.Statement.Encode()));
        });
    }

    [Test]
    public void Its_times_are_judged_by_our_clock_its_own_limit_and_its_credential()
    {
        var claims = Producer.Session("orders").Announcement.Claims;
        var end = Producer.Credential.Claims.Exp;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Iat = Now + 120 }), Is.EqualTo(RecordProblem.None), "within the clocks' skew");
            Assert.That(With(claims with { Iat = Now + 121 }), Is.EqualTo(RecordProblem.BadTimes), "in the future");
            Assert.That(With(claims with { Exp = Now + 86_400 }), Is.EqualTo(RecordProblem.None), "24 hours");
            Assert.That(With(claims with { Exp = Now + 86_401 }), Is.EqualTo(RecordProblem.BadTimes), "longer");
            Assert.That(With(claims with { Exp = Now }), Is.EqualTo(RecordProblem.BadTimes), "no time at all");
            Assert.That(With(claims with { Exp = Now - 1 }), Is.EqualTo(RecordProblem.BadTimes), "backwards");
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Iat = 0, Exp = ExactForm.MaxInteger }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Exp = ExactForm.MaxInteger }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Iat = Producer.Credential.Claims.Iat - 121 }), Is.EqualTo(RecordProblem.BadTimes), "before its credential");
        });

        Project.Clock.Advance(TimeSpan.FromHours(47));
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Iat = Now, Exp = end }), Is.EqualTo(RecordProblem.None), "to its credential's end");
            Assert.That(With(claims with { Iat = Now, Exp = end + 1 }), Is.EqualTo(RecordProblem.BadTimes), "beyond its credential's end");
        });
    }

    [Test]
    public void Mode_and_signing_key_agree()
    {
        var signed = Producer.Session("orders").Announcement.Claims;
        var group = Producer.Session("orders", MessageAuthentication.Shared).Announcement.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(With(signed with { Key = null }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(signed with { Authentication = MessageAuthentication.Shared }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(group with { Key = signed.Key }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(group with { Authentication = MessageAuthentication.Signature }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(signed with { Key = signed.Key! with { Y = signed.Key.X } }), Is.EqualTo(RecordProblem.Malformed), "a key off the curve");
        });
    }

    [Test]
    public void Sizes_and_names_are_exact()
    {
        var claims = Producer.Session("orders").Announcement.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Session = [] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Session = new byte[15] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Session = new byte[17] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Commitment = new byte[31] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Commitment = new byte[33] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topic = "" }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topic = "orders*" }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topic = "orders\0" }), Is.EqualTo(RecordProblem.Malformed));
        });
    }

    [Test]
    public void Only_the_producer_announces_in_its_name()
    {
        using var other = new TestProject();
        var claims = Producer.Session("orders").Announcement.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims, Mallory), Is.EqualTo(RecordProblem.BadSignature));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(With(claims with { Credential = Mallory.Credential.Text }, Mallory), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(With(claims with { Credential = "" }), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RecordProblem.OtherProject));
            Assert.That(ProblemOf<SessionAnnouncement>(other.Join().Session("orders").Record, SessionAnnouncement.TryVerify), Is.EqualTo(RecordProblem.OtherProject));
        });
    }

    [Test]
    public void A_session_cannot_be_announced_again_as_ones_own()
    {
        // Mallory can announce another's id and commitment; the names, which the keys are derived with, are then its own.
        var session = Producer.Session("orders");
        var stolen = RawJws.Sign(
            RecordTypes.Session,
            session.Announcement.Claims with { Sub = Mallory.Identifier, Credential = Mallory.Credential.Text },
            RecordJson.Default.SessionClaims, Mallory.Key);
        var read = SessionAnnouncement.TryVerify(stolen, Directory, Project.Now, out _)!;
        using var keys = SessionKeys.Derive(session.Secret, read.Statement);
        Assert.That(keys.Match(read), Is.False);
    }

    private RecordProblem With(SessionClaims claims, TestMember? signer = null) =>
        ProblemOf<SessionClaims, SessionAnnouncement>(RecordTypes.Session, claims, RecordJson.Default.SessionClaims, signer ?? Producer, SessionAnnouncement.TryVerify);
}
