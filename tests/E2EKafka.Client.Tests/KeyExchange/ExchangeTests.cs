using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Who gets which keys, when everybody behaves.</summary>
[TestFixture]
public class ExchangeTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_consumer_reads_what_a_producer_sends_in_either_order_of_start([Values] bool producerFirst)
    {
        var vault = new DurableVault();
        var producer = producerFirst ? _network.Join(produce: [Topic], vault: vault) : null;
        var consumer = _network.Join(consume: [Topic]);
        producer ??= _network.Join(produce: [Topic], vault: vault);
        var message = producer.Send(Topic, "hello");

        Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
    }

    [Test]
    public void Two_producers_and_two_consumers_understand_each_other()
    {
        NetworkMember[] consumers = [_network.Join(consume: [Topic]), _network.Join(consume: [Topic])];
        NetworkMember[] producers = [_network.Join(produce: [Topic]), _network.Join(produce: [Topic])];
        var messages = producers.Select(producer => producer.Send(Topic, producer.Identifier)).ToList();

        Assert.That(
            consumers.Select(consumer => messages.Select(message => consumer.Open(Topic, message))),
            Is.All.EqualTo(producers.Select(producer => producer.Identifier)));
    }

    [Test]
    public void One_member_can_do_both()
    {
        var member = _network.Join(produce: [Topic], consume: [Topic], vault: new DurableVault());

        Assert.That(member.Open(Topic, member.Send(Topic, "to myself")), Is.EqualTo("to myself"));
    }

    [Test]
    public void Topics_that_were_not_declared_work_as_soon_as_they_are_used()
    {
        var producer = _network.Join(vault: new DurableVault());
        var consumer = _network.Join();
        var message = producer.Send(Topic, "hello");
        _network.Pass(TimeSpan.FromSeconds(10));
        var first = consumer.WhyItCannotOpen(Topic, message);
        _network.Pass(TimeSpan.FromSeconds(10));

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.Null.Or.EqualTo(FailureReason.KeyNotYetReceived), "nothing that would have the record skipped");
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
        });
    }

    [Test]
    public void Without_a_durable_vault_and_a_reader_nothing_is_sent_nor_announced()
    {
        var producer = _network.Join(produce: [Topic]);

        Assert.Multiple(() =>
        {
            Assert.That(producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.NoDurableReader));
            Assert.That(_network.In(_network.SessionsOf(Topic)), Is.Empty);
        });
    }

    [Test]
    public void A_vault_that_may_not_keep_the_topics_keys_is_no_durable_reader()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.Zero });

        Assert.That(_network.Join(produce: [Topic], vault: new DurableVault()).WhyItCannotSend(Topic), Is.EqualTo(FailureReason.NoDurableReader));
    }

    [Test]
    public void A_reader_of_another_topic_is_no_reader()
    {
        _network.Join(consume: ["payments"]);

        Assert.That(_network.Join(produce: [Topic]).WhyItCannotSend(Topic), Is.EqualTo(FailureReason.NoDurableReader));
    }

    [Test]
    public void A_reader_that_comes_is_enough()
    {
        var producer = _network.Join(produce: [Topic]);
        var before = producer.WhyItCannotSend(Topic);
        var reader = _network.Join(consume: [Topic]);

        Assert.That(before, Is.EqualTo(FailureReason.NoDurableReader));
        Assert.That(reader.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void An_archive_reader_is_enough_and_gets_what_it_does_not_consume()
    {
        var archive = _network.Join(consume: ["audit"]);
        _network.Demand(new TopicRequirements { Topic = Topic, ArchiveReaders = [archive.Identifier] });
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        _network.Kill(producer);

        Assert.That(archive.Open(Topic, message), Is.EqualTo("hello"));
    }

    [Test]
    public void With_a_durable_vault_it_sends_and_a_later_consumer_reads()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic, "hello");
        var late = _network.Join(consume: [Topic]);

        Assert.That(late.Open(Topic, message), Is.EqualTo("hello"));
    }

    [Test]
    public void A_producer_that_comes_back_serves_what_an_earlier_life_sent_and_sends_under_another_session()
    {
        var vault = new DurableVault();
        var producer = _network.Join(produce: [Topic], vault: vault);
        var message = producer.Send(Topic, "hello");
        var session = producer.SessionOf(Topic);
        _network.Kill(producer);
        producer = _network.Join(produce: [Topic], vault: vault);
        var late = _network.Join(consume: [Topic]);

        Assert.Multiple(() =>
        {
            Assert.That(producer.SessionOf(Topic), Is.Not.Null.And.Not.EqualTo(session), "or a nonce could be used twice");
            Assert.That(late.Open(Topic, message), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void When_the_producer_is_gone_for_good_another_reader_serves_the_late_one()
    {
        var reader = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        _network.Kill(producer);
        var late = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(late.WhyItCannotOpen(Topic, message), Is.Null);
            Assert.That(SendersTo(late), Is.EqualTo(new[] { reader.Identifier }));
        });
    }

    [Test]
    public void While_the_producer_lives_no_other_member_answers()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        var late = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(late.WhyItCannotOpen(Topic, message), Is.Null);
            Assert.That(SendersTo(late), Is.EqualTo(new[] { producer.Identifier }));
        });
    }

    [Test]
    public void A_consumer_that_was_down_catches_up_from_the_log_alone()
    {
        var vault = new DurableVault();
        _network.Kill(_network.Join(consume: [Topic], vault: vault));
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        _network.Kill(producer);
        _network.AuthorityServes = false;
        var consumer = _network.Join(consume: [Topic], vault: vault);

        Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
    }

    [Test]
    public void A_consumer_that_comes_back_has_its_keys_in_its_vault()
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        _network.Settle();
        _network.Kill(consumer);
        _network.Kill(producer);
        _network.In(_network.SessionsOf(Topic)).Clear();
        _network.In(_network.GrantsOf(consumer.Identifier)).Clear();

        Assert.That(_network.Join(consume: [Topic], vault: vault).WhyItCannotOpen(Topic, message), Is.Null);
    }

    [Test]
    public void A_member_without_a_durable_vault_leaves_nothing_of_its_sessions_anywhere()
    {
        var vault = new MemoryVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Join(produce: [Topic]);

        Assert.Multiple(() =>
        {
            Assert.That(consumer.Ring.Sessions.Values.Count(session => session.Keys is not null), Is.EqualTo(1));
            Assert.That(vault.List("sessions"), Is.Empty);
        });
    }

    [Test]
    public void A_reader_whom_the_policy_does_not_let_read_gets_no_key()
    {
        _network.SetPolicy(Policy.AnyMember with
        {
            Consume = [new PolicyRule { Topics = [Topic], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["service"] = ["billing"] } }],
        });
        var billing = _network.Join(consume: [Topic], attributes: ("service", "billing"));
        var shop = _network.Join(consume: [Topic], attributes: ("service", "shop"));
        var message = _network.Join(produce: [Topic]).Send(Topic, "hello");
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(billing.WhyItCannotOpen(Topic, message), Is.Null);
            Assert.That(shop.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.ReaderNotAuthorized));
            Assert.That(SendersTo(shop), Is.Empty);
        });
    }

    [Test]
    public void A_producer_whom_the_policy_does_not_let_send_sends_nothing()
    {
        _network.SetPolicy(Policy.AnyMember with { Produce = [new PolicyRule { Topics = ["payments"] }] });
        _network.Join(consume: [Topic]);

        Assert.That(_network.Join(produce: [Topic]).WhyItCannotSend(Topic), Is.EqualTo(FailureReason.ProducerNotAuthorized));
    }

    [Test]
    public void A_topic_of_a_group_has_unsigned_sessions()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, Authentication = MessageAuthentication.Shared });
        var consumer = _network.Join(consume: [Topic]);
        var message = _network.Join(produce: [Topic]).Send(Topic, "hello");

        Assert.Multiple(() =>
        {
            Assert.That(message, Has.Length.EqualTo("hello".Length + MessageHeader.MinOverhead));
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void Once_the_topic_demands_signatures_unsigned_messages_are_refused()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, Authentication = MessageAuthentication.Shared });
        var consumer = _network.Join(consume: [Topic]);
        var message = _network.Join(produce: [Topic]).Send(Topic, "hello");
        var before = consumer.WhyItCannotOpen(Topic, message);
        _network.SetPolicy(Policy.AnyMember);
        _network.Settle();

        Assert.That((before, consumer.WhyItCannotOpen(Topic, message)), Is.EqualTo((null as FailureReason?, FailureReason.WrongAuthentication)));
    }

    [Test]
    public void From_entry_on_means_no_older_session_but_the_next()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, History = HistoryAccess.SinceEnrollment });
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var older = producer.Send(Topic, "older");
        _network.Pass(TimeSpan.FromMinutes(1));
        var newcomer = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));
        var newer = producer.Send(Topic, "newer");
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(newcomer.WhyItCannotOpen(Topic, newer), Is.Null);
            Assert.That(newcomer.WhyItCannotOpen(Topic, older), Is.Not.Null);
            Assert.That(_network.GrantsTo(newcomer.Identifier).SelectMany(grant => grant.Recipient.Sessions).Select(session => session.Id), Has.None.EqualTo(SessionOf(older)));
        });
    }

    /// <summary>Found by the simulator (seed 8450): the successor was as old for the newcomer as the session before it.</summary>
    [Test]
    public void From_entry_on_means_another_session_though_a_successor_is_announced()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, History = HistoryAccess.SinceEnrollment });
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(1));
        var successor = producer.Sending(Topic).Next;
        var newcomer = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));
        var first = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(successor, Is.Not.Null);
            Assert.That(newcomer.WhyItCannotOpen(Topic, first), Is.Null);
            Assert.That(newcomer.WhyItCannotOpen(Topic, producer.Send(Topic)), Is.Null, "nor does it come back to that successor");
        });
    }

    [Test]
    public void Nothing_in_the_control_topics_and_the_log_is_a_secret()
    {
        var vault = new DurableVault();
        var ticket = _network.Project.Ticket();
        var producer = _network.Join(produce: [Topic], vault: vault, ticket: ticket);
        _network.Join(consume: [Topic]);
        producer.Send(Topic, "hello");
        _network.Pass(TimeSpan.FromMinutes(1));
        var secrets = vault.List("sessions").Values.Select(value => value[sizeof(long)..(sizeof(long) + SessionKeys.SecretSize)])
            .Concat(vault.List("key-packages").Values.Select(value => value[8..]))
            .Append(vault.Read("identity", "key")!)
            .Append(ticket.Secret)
            .ToList();
        var texts = _network.Records.Select(record => record.Text).Concat(_network.Log.Lines).ToList();
        var payloads = _network.Records.Select(record => RawJws.PayloadOf(record.Text));

        Assert.That(secrets, Has.Count.GreaterThanOrEqualTo(3));
        foreach (var spelling in secrets.SelectMany(Spellings))
            Assert.That(texts.Concat(payloads).Any(text => text.Contains(spelling, StringComparison.OrdinalIgnoreCase)), Is.False);

        static IEnumerable<string> Spellings(byte[] secret) =>
            [Convert.ToHexString(secret), Convert.ToBase64String(secret).TrimEnd('='), System.Buffers.Text.Base64Url.EncodeToString(secret)];
    }

    private static SessionId SessionOf(byte[] message) => SessionId.Read(message.AsSpan(2));

    private IEnumerable<string> SendersTo(NetworkMember member) => _network.GrantsTo(member.Identifier).Select(grant => grant.Sender).Distinct();
}
