using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class SessionAnnouncementTests : SessionRecordFixture
{
    [TestCase(MessageAuthentication.Signature)]
    [TestCase(MessageAuthentication.Shared)]
    public void An_announcement_says_all_that_a_reader_needs(MessageAuthentication authentication)
    {
        var session = Producer.Session("orders", authentication);
        var read = RecordVerifier.Verify<SessionAnnouncement>(session.Record, Directory, Project.Now, static _ => true, out var reason)!;
        Assert.That(reason, Is.Null);
        var statement = read.Statements.Single();
        Assert.Multiple(() =>
        {
            Assert.That(read.Sender, Is.EqualTo(Producer.Identifier));
            Assert.That(read.Project, Is.EqualTo(Project.Document.Id));
            Assert.That(read.Topic, Is.EqualTo("orders"));
            Assert.That(read.IssuedAt, Is.EqualTo(Now));
            Assert.That(read.NextKey, Is.Null);
            Assert.That(read.ToString(), Is.EqualTo($"session {statement.Id} of {Producer.Identifier} for orders"));
            Assert.That(statement.Id, Is.EqualTo(session.Statement.Id));
            Assert.That(statement.Topic, Is.EqualTo("orders"));
            Assert.That(statement.Producer, Is.EqualTo(Producer.Identifier));
            Assert.That(statement.Authentication, Is.EqualTo(authentication));
            Assert.That(statement.SigningKey?.Thumbprint, Is.EqualTo(session.SigningKey?.Public.Thumbprint));
            Assert.That(statement.Begins, Is.EqualTo(Project.Now));
            Assert.That(statement.Ends, Is.EqualTo(Project.Now.AddHours(1)));
            Assert.That(statement.Core.Document, Is.EqualTo(Project.Document.Reference));
            Assert.That(statement.Hash.ToArray(), Is.EqualTo(session.Statement.Hash.ToArray()));
        });
    }

    [Test]
    public void It_prints_each_of_its_sessions()
    {
        SessionStatement[] statements = [Producer.Session("orders").Statement, Producer.Session("orders").Statement];
        var read = SessionAnnouncement.Read(TestProject.Parse(SessionAnnouncement.Create(statements, Producer.Key, next: null, Project.Now)))!;
        Assert.That(read.ToString(), Is.EqualTo($"{statements[0]}, {statements[1]}"));
    }

    [Test]
    public void It_announces_up_to_100_sessions_of_one_topic()
    {
        // With the longest name there is: it must still be below the largest record.
        var topic = new string('a', 249);
        var statements = Enumerable.Range(0, 100).Select(_ => Producer.Session(topic).Statement).ToList();
        var record = TestProject.Parse(SessionAnnouncement.Create(statements, Producer.Key, next: Mallory.Key, Project.Now));
        var read = RecordVerifier.Verify<SessionAnnouncement>(record, Directory, Project.Now, static _ => true, out _)!;
        var claims = read.Claims with { Next = null };
        var one = Producer.Session(topic).Statement;
        Assert.Multiple(() =>
        {
            Assert.That(read.Statements.Select(statement => statement.Id), Is.EqualTo(statements.Select(statement => statement.Id)));
            Assert.That(With(claims), Is.Null);
            Assert.That(With(claims with { Statements = [.. claims.Statements, one.Claims] }), Is.EqualTo(RejectionReason.Malformed), "101");
            Assert.That(() => SessionAnnouncement.Create([.. statements, one], Producer.Key, next: null, Project.Now), Throws.TypeOf<ArgumentOutOfRangeException>(), "101");
            Assert.That(With(claims with { Statements = [] }), Is.EqualTo(RejectionReason.Malformed), "none");
            Assert.That(With(claims with { Statements = [null!] }), Is.EqualTo(RejectionReason.Malformed), "null");
            Assert.That(With(claims with { Statements = [claims.Statements[0], claims.Statements[0]] }), Is.EqualTo(RejectionReason.Malformed), "one twice");
            Assert.That(With(claims with { Statements = [claims.Statements[0], Producer.Session("payments").Statement.Claims] }), Is.EqualTo(RejectionReason.Malformed), "two topics");
        });
    }

    [Test]
    public void Its_times_are_judged_by_Kafkas_clock_and_their_own_limit()
    {
        var claims = ClaimsOf(Producer.Session("orders"));
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Iat = Now + 600 }), Is.Null);
            Assert.That(With(claims with { Iat = Now + 601 }), Is.EqualTo(RejectionReason.Delayed), "in the future");
            Assert.That(With(claims with { Iat = Now - 600 }), Is.Null, "before its sender's newest credential: that is no reason");
            Assert.That(With(claims with { Iat = Now - 601 }), Is.EqualTo(RejectionReason.Delayed), "in the past");
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Iat = ExactForm.MaxInteger }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Iat = long.MaxValue }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Ends = Now + 86_400 }), Is.Null, "24 hours");
            Assert.That(WithCore(claims, core => core with { Ends = Now + 86_401 }), Is.EqualTo(RejectionReason.Malformed), "longer");
            Assert.That(WithCore(claims, core => core with { Ends = Now + 1 }), Is.Null, "one second");
            Assert.That(WithCore(claims, core => core with { Ends = Now }), Is.EqualTo(RejectionReason.Malformed), "no time at all");
            Assert.That(WithCore(claims, core => core with { Ends = Now - 1 }), Is.EqualTo(RejectionReason.Malformed), "backwards");
            Assert.That(WithCore(claims, core => core with { Begins = long.MinValue, Ends = long.MaxValue }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Begins = -1, Ends = 1 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Begins = 253_370_764_798, Ends = 253_370_764_799 }), Is.Null, "the last time there is");
            Assert.That(WithCore(claims, core => core with { Begins = 253_370_764_799, Ends = 253_370_764_800 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Begins = ExactForm.MaxInteger - 1, Ends = ExactForm.MaxInteger }), Is.EqualTo(RejectionReason.Malformed));
        });
    }

    [Test]
    public void Mode_and_signing_key_agree()
    {
        var signed = ClaimsOf(Producer.Session("orders"));
        var shared = ClaimsOf(Producer.Session("orders", MessageAuthentication.Shared));
        var key = signed.Statements[0].Core.Key!;
        Assert.Multiple(() =>
        {
            Assert.That(WithCore(signed, core => core with { Key = null }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(signed, core => core with { Authentication = MessageAuthentication.Shared }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(shared, core => core with { Key = key }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(shared, core => core with { Authentication = MessageAuthentication.Signature }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(signed, core => core with { Key = key with { Y = key.X } }), Is.EqualTo(RejectionReason.Malformed), "a key off the curve");
            Assert.That(WithCore(shared, core => core with { Authentication = MessageAuthentication.Mac }), Is.EqualTo(RejectionReason.Malformed), "it has no reader groups");
        });
    }

    [Test]
    public void Sizes_and_names_are_exact()
    {
        var claims = ClaimsOf(Producer.Session("orders"));
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Statements = [claims.Statements[0] with { Commitment = new byte[31] }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Statements = [claims.Statements[0] with { Commitment = new byte[33] }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Topic = "" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Topic = "orders*" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Topic = "orders\0" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Document = core.Document with { Version = 1 } }), Is.Null);
            Assert.That(WithCore(claims, core => core with { Document = core.Document with { Version = 0 } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Document = core.Document with { Hash = "hash" } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Messages = 0 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Messages = 1 }), Is.Null);
            Assert.That(WithCore(claims, core => core with { Messages = (1L << 32) - 1 }), Is.Null);
            Assert.That(WithCore(claims, core => core with { Messages = 1L << 32 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Bytes = 0 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithCore(claims, core => core with { Bytes = 1 }), Is.Null);
            Assert.That(WithCore(claims, core => core with { Bytes = 1L << 38 }), Is.Null);
            Assert.That(WithCore(claims, core => core with { Bytes = (1L << 38) + 1 }), Is.EqualTo(RejectionReason.Malformed));
        });
    }

    [Test]
    public void Each_member_of_a_statement_is_one_by_itself()
    {
        // Read alone: an announcement compares project and producer with its own, so neither can be wrong in it alone.
        var statement = Producer.Session("orders").Statement.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(IsRead(core => core), "else the rest proves nothing");
            Assert.That(SessionStatement.TryRead(claims: null), Is.Null);
            Assert.That(SessionStatement.TryRead(statement with { Core = null! }), Is.Null);
            Assert.That(IsRead(core => core with { Project = "project" }), Is.False);
            Assert.That(IsRead(core => core with { Producer = "producer" }), Is.False);
            Assert.That(IsRead(core => core with { Topic = "orders*" }), Is.False);
            Assert.That(IsRead(core => core with { Document = core.Document with { Version = 0 } }), Is.False);
            Assert.That(IsRead(core => core with { Document = core.Document with { Hash = "hash" } }), Is.False);
            Assert.That(IsRead(core => core with { Begins = -1, Ends = 1 }), Is.False, "begins before 1970");
        });

        bool IsRead(Func<SessionCore, SessionCore> change) => SessionStatement.TryRead(statement with { Core = change(statement.Core) }) is not null;
    }

    [Test]
    public void Only_the_producer_announces_its_sessions()
    {
        using var other = new TestProject();
        var claims = ClaimsOf(Producer.Session("orders"));
        Assert.Multiple(() =>
        {
            Assert.That(With(claims, Mallory), Is.EqualTo(RejectionReason.ReplacedKey));
            Assert.That(With(claims with { Sub = Mallory.Identifier }, Mallory), Is.EqualTo(RejectionReason.Malformed), "another's statement");
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RejectionReason.Malformed), "a statement of another project");
            Assert.That(ReasonFor<SessionAnnouncement>(other.Join().Session("orders").Record), Is.EqualTo(RejectionReason.OtherProject));
        });
    }

    [Test]
    public void A_session_that_a_thief_states_as_its_own_has_another_id_and_opens_nothing()
    {
        var session = Producer.Session("orders");
        var stolen = SessionStatement.TryRead(session.Statement.Claims with { Core = session.Statement.Core with { Producer = Mallory.Identifier } })!;
        using var keys = SessionKeys.TryDerive(session.Secret, stolen);
        Assert.That(stolen.Id, Is.Not.EqualTo(session.Statement.Id));
        Assert.That(keys, Is.Null);
    }

    private static AnnouncementClaims ClaimsOf(TestSession session) => session.Record.ReadUnverified(RecordJson.Default.AnnouncementClaims)!;

    private RejectionReason? WithCore(AnnouncementClaims claims, Func<SessionCore, SessionCore> change) =>
        With(claims with { Statements = [claims.Statements[0] with { Core = change(claims.Statements[0].Core) }] });

    private RejectionReason? With(AnnouncementClaims claims, TestMember? signer = null) =>
        ReasonFor<AnnouncementClaims, SessionAnnouncement>(claims, RecordJson.Default.AnnouncementClaims, signer ?? Producer);
}
