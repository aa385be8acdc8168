using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a member asks of an announcement besides its form and its sender.</summary>
[TestFixture]
public class AnnouncementRuleTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private NetworkMember _consumer = null!;
    private TestMember _producer = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _consumer = _network.Join(consume: [Topic]);
        _producer = _network.Enroll();
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [TestCase(600, true)]
    [TestCase(601, false)]
    public void A_session_begins_at_most_ten_minutes_after_it_was_announced(int seconds, bool isTaken) =>
        AssertTaken(Core() with { Begins = Seconds(_network.Now) + seconds, Ends = Seconds(_network.Now) + 3_600 }, isTaken ? null : RecordProblem.BadTimes);

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void A_session_does_not_outlive_its_producers_newest_credential(int seconds, bool isTaken)
    {
        _network.Pass(TimeSpan.FromHours(40), TimeSpan.FromHours(1));

        AssertTaken(Core() with { Ends = _producer.Credential.Claims.Exp + seconds }, isTaken ? null : RecordProblem.BadTimes);
    }

    [Test]
    public void A_session_that_ends_after_the_credential_that_was_read_waits_for_a_newer_one()
    {
        var claims = _producer.Credential.Claims;
        _network.Pass(TimeSpan.FromHours(47), TimeSpan.FromHours(1));
        var statement = Announce(Core() with { Begins = Seconds(_network.Now), Ends = claims.Exp + 3_600 });
        _network.Append(ControlPartition.Authority, _network.Project.Reissue(_producer, issued => issued with { Serial = claims.Serial + 1, Exp = claims.Exp + 7_200 }));
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(statement.Id), Is.True);
    }

    [Test]
    public void A_session_under_a_document_that_is_nowhere_is_refused_after_a_look() =>
        AssertTaken(Core() with { Document = new DocumentReference(_network.Project.Document.Version + 7, _producer.Identifier) }, RecordProblem.UnknownDocument);

    [Test]
    public void A_session_under_another_document_of_our_version_is_refused() =>
        AssertTaken(Core() with { Document = new DocumentReference(_network.Project.Document.Version, _producer.Identifier) }, RecordProblem.UnknownDocument);

    [Test]
    public void An_unknown_document_is_found_before_wrong_times() =>
        AssertTaken(
            Core() with
            {
                Document = new DocumentReference(_network.Project.Document.Version + 1, _network.Project.Document.Id), Begins = Seconds(_network.Now.AddHours(1)),
                Ends = Seconds(_network.Now.AddHours(2)),
            },
            RecordProblem.UnknownDocument);

    [Test]
    public void A_session_under_a_document_that_is_on_its_way_waits_for_it()
    {
        _network.Project.Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "x" }] });
        var statement = Announce(Core());
        _network.PublishDocument();
        _network.Settle();

        Assert.That(_consumer.Ring.Project.Version, Is.EqualTo(_network.Project.Document.Version));
        Assert.That(_consumer.Ring.Sessions.ContainsKey(statement.Id), Is.True);
    }

    [Test]
    public void A_sender_whose_credential_is_on_its_way_is_waited_for()
    {
        var late = _network.Project.Join();
        var session = late.Session(Topic);
        _network.Append(_network.SessionsOf(Topic), session.Announcement);
        _network.Append(ControlPartition.Authority, late.Credential.Text);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(session.Statement.Id), Is.True);
    }

    [Test]
    public void An_announcement_by_a_replaced_key_is_refused_and_one_by_both_keys_is_taken()
    {
        var member = _network.Join(produce: [Topic], vault: new DurableVault());
        var before = member.Send(Topic, "before");
        member.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.That(member.Exchange.IsRotatingIdentity, Is.False);

        // It has read nothing of what was signed before the change by the old key alone.
        var late = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(late.Exchange.Report.Skipped[RecordProblem.ReplacedKey], Is.GreaterThanOrEqualTo(1));
            Assert.That(late.Open(Topic, before), Is.EqualTo("before"));
            Assert.That(late.Open(Topic, member.Send(Topic, "after")), Is.EqualTo("after"));
        });
    }

    [Test]
    public void A_stranger_that_puts_our_announcement_by_both_keys_under_another_header_is_no_copy_of_us()
    {
        var member = _network.Join(produce: [Topic], vault: new DurableVault());
        member.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromSeconds(30));
        var published = _network.In(_network.SessionsOf(Topic)).Select(ControlNetwork.TextOf)
            .Last(text => SessionAnnouncement.Read(TestProject.Parse(text))?.NextKey is not null);
        using var stranger = SigningKey.Generate();
        _network.Append(_network.SessionsOf(Topic), RawJws.Sign(
            RecordTypes.Announcement, TestProject.Parse(published).ReadUnverified(RecordJson.Default.AnnouncementClaims)!,
            RecordJson.Default.AnnouncementClaims, stranger).Text);
        _network.Pass(TimeSpan.FromSeconds(5));

        Assert.That(member.Ring.Failure, Is.Null);
    }

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    private SessionCore Core() =>
        TestSession.CoreOf(_network.Project.Document, Topic, _producer.Identifier, signingKey: null, _network.Now, _network.Now.AddHours(1)) with { Key = null };

    private SessionStatement Announce(SessionCore core)
    {
        using var secret = SecretBytes.Random(SessionKeys.SecretSize);
        var statement = SessionKeys.State(secret, core);
        _network.Append(_network.SessionsOf(Topic), SessionAnnouncement.Create([statement], _producer.Key, next: null, _network.Now));
        return statement;
    }

    private void AssertTaken(SessionCore core, RecordProblem? problem)
    {
        var statement = Announce(core);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(statement.Id), Is.EqualTo(problem is null));
        Assert.That(_consumer.Exchange.Report.Skipped.Keys, problem is { } expected ? Does.Contain(expected) : Is.Empty);
    }
}
