using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Sessions follow each other, and no message waits for one.</summary>
[TestFixture]
public class RotationTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void By_time_the_successor_is_announced_ahead_and_no_message_is_refused()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var messages = new List<byte[]>();
        for (var minute = 0; minute < 4 * 60; minute++)
        {
            _network.Clock.Advance(TimeSpan.FromMinutes(1));

            // Before any member had time to do anything: the session must be there already.
            messages.Add(SendNow(producer));
            _network.Settle();
        }

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(message => SessionId.Read(message.AsSpan(2))).Distinct().Count(), Is.InRange(4, 6));
            Assert.That(messages.Select(message => consumer.WhyItCannotOpen(Topic, message)), Is.All.Null);
        });
    }

    [TestCase(300, 24)]
    [TestCase(86_400, 2)]
    public void A_session_lives_as_long_as_policy_says(int seconds, int count)
    {
        _network.Demand(new TopicRequirements { Topic = Topic, SessionLife = TimeSpan.FromSeconds(seconds) });
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var messages = new List<byte[]>();
        for (var minute = 0; minute < seconds * count / 60; minute += seconds / 300)
        {
            _network.Pass(TimeSpan.FromSeconds(seconds / 5), TimeSpan.FromSeconds(seconds / 5));
            messages.Add(producer.Send(Topic));
        }

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(message => SessionId.Read(message.AsSpan(2))).Distinct().Count(), Is.InRange(count, count + 2));
            Assert.That(messages.Select(message => consumer.WhyItCannotOpen(Topic, message)), Is.All.Null);
        });
    }

    [Test]
    public void The_successor_comes_five_minutes_before_the_end()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var end = producer.Sending(Topic).Current!.Statement.Ends;
        _network.Pass(end - _network.Now - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var before = producer.Sending(Topic).Next;
        _network.Pass(TimeSpan.FromSeconds(1));

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null);
            Assert.That(producer.Sending(Topic).Next, Is.Not.Null);
            Assert.That(producer.Sending(Topic).Next!.Statement.Ends, Is.EqualTo(end + TimeSpan.FromHours(1)));
        });
    }

    [Test]
    public void By_count_the_successor_is_announced_ahead_and_no_message_is_refused()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic], lifetimes: new KeyLifetimes { SessionLimits = new SessionLimits(64, long.MaxValue) });
        var messages = new List<byte[]>();
        for (var i = 0; i < 2_000; i++)
        {
            messages.Add(SendNow(producer));
            _network.Settle();
        }

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(message => SessionId.Read(message.AsSpan(2))).Distinct().Count(), Is.InRange(2_000 / 64, (2_000 / 64) + 2));
            Assert.That(messages.Select(message => consumer.WhyItCannotOpen(Topic, message)), Is.All.Null);
            Assert.That(messages.Select(message => Convert.ToHexString(message[2..22])), Is.Unique, "session and sequence are never used twice");
        });
    }

    /// <summary>The credential ends between any two looks at the clock of one step: nothing may take it for granted in between.</summary>
    [Test]
    public void A_credential_that_ends_in_the_middle_of_a_step_stops_nothing([Range(1, 80)] int milliseconds)
    {
        var vault = new DurableVault();
        var member = _network.Join(vault: vault);
        var end = member.Exchange.Credential!.ExpiresAt;
        _network.Kill(member);
        var clock = new RunningClock(end - TimeSpan.FromMilliseconds(milliseconds));
        using var exchange = new MemberEngine(_network.Project.Document, null, vault, clock, new KeyLifetimes(), _ => { }, _network.Log);
        exchange.Produce(Topic);
        foreach (var partition in exchange.Partitions.ToList())
            exchange.CaughtUp(partition);
        exchange.Advance();
        exchange.Advance();

        Assert.That(exchange.Ring.Sending[Topic].Current, Is.Null);
    }

    [Test]
    public void A_session_never_outlives_its_producers_credential()
    {
        _network.AuthorityServes = true;
        _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic]);
        var end = producer.Exchange.Credential!.ExpiresAt;
        _network.AuthorityServes = false;
        _network.Pass(end - _network.Now - TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
        var last = producer.Sending(Topic);
        _network.Pass(TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That((last.Next ?? last.Current)!.Statement.Ends, Is.LessThanOrEqualTo(end));
            Assert.That(producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.CredentialExpired));
        });
    }

    [Test]
    public void When_the_authority_is_back_everything_goes_on()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        _network.AuthorityServes = false;
        _network.Pass(TestProject.CredentialLifetime + TimeSpan.FromHours(1), TimeSpan.FromMinutes(10));
        var during = producer.WhyItCannotSend(Topic);
        _network.AuthorityServes = true;
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10));

        Assert.That(during, Is.EqualTo(FailureReason.CredentialExpired));
        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void Discarded_sessions_are_replaced_before_the_next_message()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var before = producer.SessionOf(Topic);
        producer.Exchange.DiscardSessions();
        _network.Pass(TimeSpan.FromSeconds(5));
        var message = producer.Send(Topic, "hello");

        Assert.Multiple(() =>
        {
            Assert.That(producer.SessionOf(Topic), Is.Not.EqualTo(before));
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void After_the_retention_keys_are_gone_from_memory_and_vault()
    {
        using var network = new ControlNetwork(isDevelopment: false);
        network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromDays(1) });
        var vault = new DurableVault();
        var consumer = network.Join(consume: [Topic], vault: vault);
        var producer = network.Join(produce: [Topic]);
        var message = producer.Send(Topic);
        network.Settle();
        var (session, stored) = (SessionId.Read(message.AsSpan(2)), vault.List("sessions").Count);
        network.Kill(producer);
        network.Pass(TimeSpan.FromHours(25) - TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
        var before = consumer.WhyItCannotOpen(Topic, message);
        network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(stored, Is.EqualTo(1));
            Assert.That(before, Is.Null);
            Assert.That(consumer.Ring.Sessions.ContainsKey(session), Is.False);
            Assert.That(vault.List("sessions"), Is.Empty);
        });
    }

    [Test]
    public void A_process_that_was_frozen_past_the_retention_of_its_session_goes_on()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.Zero });
        var producer = _network.Join(produce: [Topic], consume: [Topic]);
        var consumer = _network.Join(consume: [Topic]);
        producer.Send(Topic);
        _network.Append(ControlPartition.Members, _network.Enroll().KeyPackage(Topic).Record);
        _network.Clock.Advance(TimeSpan.FromHours(3));

        Assert.That(consumer.Open(Topic, producer.Send(Topic)), Is.EqualTo("hello"));
    }

    // What Produce does, without the wait.
    private byte[] SendNow(NetworkMember producer)
    {
        var (current, next) = (producer.Sending(Topic).Current, producer.Sending(Topic).Next);
        var now = _network.Now.UtcTicks;
        return current!.TrySeal("hello"u8, new MessageContext(Topic), now) ?? next?.TrySeal("hello"u8, new MessageContext(Topic), now)
            ?? throw new InvalidOperationException("Produce would have to wait.");
    }
}
