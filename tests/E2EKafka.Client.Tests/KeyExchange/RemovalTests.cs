using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A member that may no longer read or send is out before the next message.</summary>
[TestFixture]
public class RemovalTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private NetworkMember _producer = null!;
    private NetworkMember _consumer = null!;
    private NetworkMember _other = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _consumer = _network.Join(consume: [Topic], attributes: ("service", "billing"));
        _other = _network.Join(consume: [Topic], attributes: ("service", "shop"));
        _producer = _network.Join(produce: [Topic], attributes: ("service", "shop"));
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_removed_reader_cannot_open_the_next_message([Values] RevocationKind kind)
    {
        _producer.Send(Topic);
        var before = _producer.SessionOf(Topic);
        _network.Revoke(_other, kind);
        _network.Settle();
        var next = _producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(_producer.SessionOf(Topic), Is.Not.EqualTo(before));
            Assert.That(_consumer.WhyItCannotOpen(Topic, next), Is.Null);
            Assert.That(_other.WhyItCannotOpen(Topic, next), Is.EqualTo(FailureReason.Revoked));
            Assert.That(KeyOf(_other, next), Is.Null, "not even with its own judgement taken away");
        });
    }

    [Test]
    public void The_record_that_removes_a_reader_ends_the_session_before_another_record_is_read()
    {
        var session = _producer.Sending(Topic).Current!;
        var before = _network.In(ControlPartition.Authority).Count;
        _network.Revoke(_other, RevocationKind.Departed);
        foreach (var record in _network.In(ControlPartition.Authority).Skip(before))
            _producer.Exchange.Receive(record);

        Assert.That(session.TrySeal([], new MessageContext(Topic), _network.Now.UtcTicks), Is.Null);
    }

    [Test]
    public void A_producer_that_has_read_of_a_removal_has_no_session_left_that_the_removed_one_can_open()
    {
        _network.Revoke(_other, RevocationKind.Departed);
        _producer.FateOf = _ => Fate.Lost;
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(_producer.Sending(Topic).Current, Is.Null);
            Assert.That(_producer.Sending(Topic).Next, Is.Null);
            Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.SessionNotReady));
        });
    }

    [Test]
    public void A_successor_that_was_announced_already_is_dropped_too()
    {
        _network.Pass(TimeSpan.FromMinutes(57), TimeSpan.FromMinutes(1));
        var announced = _producer.Sending(Topic).Next!.Statement.Id;
        _network.Revoke(_other, RevocationKind.Departed);
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

        Assert.That(SessionsOf(_producer), Has.None.EqualTo(announced));
    }

    [Test]
    public void What_a_departed_producer_sent_is_honoured_and_nothing_later()
    {
        var earlier = _producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));
        _network.Revoke(_producer, RevocationKind.Departed);
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(_consumer.WhyItCannotOpen(Topic, earlier), Is.Null);
            Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.Revoked));
        });
    }

    [Test]
    public void A_session_that_a_departed_producer_announces_all_the_same_is_refused()
    {
        var departed = _network.Enroll();
        _network.Pass(TimeSpan.FromMinutes(1));
        _network.Project.Authority.Revoke(departed.Identifier, RevocationKind.Departed);
        _network.PublishDocument();
        _network.Pass(TimeSpan.FromMinutes(1));
        var session = departed.Session(Topic);
        _network.Append(_network.SessionsOf(Topic), session.Announcement);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Refusal, Is.EqualTo(FailureReason.ProducerRevoked));
    }

    [Test]
    public void Everything_that_a_compromised_producer_ever_sent_is_refused()
    {
        var earlier = _producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));
        _network.Revoke(_producer, RevocationKind.Compromised);
        _network.Settle();

        Assert.That(_consumer.WhyItCannotOpen(Topic, earlier), Is.EqualTo(FailureReason.ProducerRevoked));
    }

    [Test]
    public void A_policy_that_no_longer_lets_a_member_read_drops_what_it_can_open()
    {
        var before = _producer.SessionOf(Topic);
        Let(consume: "billing", produce: "shop");
        _network.Settle();
        var next = _producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(_producer.SessionOf(Topic), Is.Not.EqualTo(before));
            Assert.That(_consumer.WhyItCannotOpen(Topic, next), Is.Null);
            Assert.That(_other.WhyItCannotOpen(Topic, next), Is.EqualTo(FailureReason.ReaderNotAuthorized));
            Assert.That(KeyOf(_other, next), Is.Null);
        });
    }

    [Test]
    public void A_policy_that_no_longer_lets_a_member_send_stops_it_and_refuses_what_it_sent()
    {
        var message = _producer.Send(Topic);
        Let(consume: "billing", produce: "billing");
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.ProducerNotAuthorized));
            Assert.That(_consumer.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.ProducerDenied));
        });
    }

    [Test]
    public void A_policy_that_widens_again_lets_old_messages_open_again()
    {
        var message = _producer.Send(Topic);
        Let(consume: "billing", produce: "billing");
        _network.Settle();
        _network.SetPolicy(Policy.AnyMember);
        _network.Settle();

        Assert.That(_consumer.WhyItCannotOpen(Topic, message), Is.Null);
        Assert.That(_producer.WhyItCannotSend(Topic), Is.Null);
    }

    [Test]
    public void A_reader_whose_credential_ends_drops_out_without_a_record()
    {
        _other.IsCutOff = true;
        _network.Pass(TestProject.CredentialLifetime + TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));

        Assert.That(
            new[] { _consumer, _other }.Where(reader => _network.GrantsTo(reader.Identifier)
                .SelectMany(grant => grant.Recipient.Sessions).Any(session => session.Id == _producer.SessionOf(Topic))),
            Is.EqualTo(new[] { _consumer }));
    }

    [Test]
    public void While_a_newer_document_is_kept_back_no_member_seals_or_opens()
    {
        var message = _producer.Send(Topic);
        _network.Project.Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "other" }] });
        _network.Project.Authority.TakeUnpublished(); // what is kept back
        var newcomer = _network.Join(consume: [Topic]);
        var (sending, opening) = (_producer.WhyItCannotSend(Topic), _consumer.WhyItCannotOpen(Topic, message));
        _network.PublishDocument();
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(sending, Is.EqualTo(FailureReason.ProjectOutdated));
            Assert.That(opening, Is.EqualTo(FailureReason.ProjectOutdated));
            Assert.That(_producer.WhyItCannotSend(Topic), Is.Null);
            Assert.That(newcomer.WhyItCannotOpen(Topic, message), Is.Null);
        });
    }

    private static SessionId SessionOf(byte[] message) => SessionId.Read(message.AsSpan(2));

    private static InboundSession? KeyOf(NetworkMember member, byte[] message) =>
        member.Ring.Sessions.GetValueOrDefault(SessionOf(message))?.Keys;

    private static IEnumerable<SessionId> SessionsOf(NetworkMember member) =>
        new[] { member.Sending(Topic).Current, member.Sending(Topic).Next }.OfType<OutboundSession>().Select(session => session.Statement.Id);

    private void Let(string consume, string produce) => _network.SetPolicy(new Policy
    {
        Consume = [Rule(consume)],
        Produce = [Rule(produce)],
    });

    private static PolicyRule Rule(string service) =>
        new() { Topics = ["*"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["service"] = [service] } };
}
