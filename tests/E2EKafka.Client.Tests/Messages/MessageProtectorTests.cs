namespace E2EKafka.Client.Tests.Messages;

/// <summary>Sending and opening over a key ring that the test writes.</summary>
[TestFixture]
public class MessageProtectorTests
{
    private static readonly MessageContext Place = new(TestChannel.Topic);

    private TestChannel _channel = null!;
    private byte[] _message = null!;

    private ScriptedKeyRing Keys => _channel.Keys;

    private MessageProtector Protector => _channel.Protector;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel();
        _message = Protector.Protect("hello"u8, Place);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    // Sending

    [Test]
    public void A_plaintext_that_is_too_large_is_refused_with_its_size_and_what_encryption_adds()
    {
        // Nothing of it may be read: it is not there.
        var first = (byte)0;
        var e = Assert.Throws<EndToEndKafkaException>(() => _channel.Protector.Protect(
            System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref first, (1 << 30) + 1), new MessageContext(TestChannel.Topic)))!;

        Assert.That(e.Reason, Is.EqualTo(FailureReason.MessageTooLarge));
        Assert.That(e.Message, Does.Contain("1073741825 bytes").And.Contain("at most 1073741824").And.Contain("adds 38").And.Contain("64 for a signature").And.Contain("bound record key (32)").And.Contain("max.message.bytes"));
    }

    [Test]
    public void The_successor_takes_over_without_a_wait()
    {
        var successor = _channel.AddSession(TestChannel.Topic);
        Keys.Send(TestChannel.Topic, _channel.Sending, _channel.Send(successor));
        _channel.Sending.Retire();

        Assert.That(SessionOf(Protector.Protect("hello"u8, Place)), Is.EqualTo(successor.Statement.Id));
    }

    [Test]
    public void A_session_that_is_disposed_at_this_moment_is_passed_over()
    {
        var successor = _channel.AddSession(TestChannel.Topic);
        Keys.Send(TestChannel.Topic, _channel.Sending, _channel.Send(successor));
        _channel.Sending.Dispose();

        Assert.That(SessionOf(Protector.Protect("hello"u8, Place)), Is.EqualTo(successor.Statement.Id));
    }

    [Test]
    public void Without_a_session_it_waits_and_sends_with_the_one_that_comes()
    {
        var other = _channel.AddSession(TestChannel.OtherTopic);
        Keys.WhenWaitingToSend = () => Keys.Send(TestChannel.OtherTopic, _channel.Send(other));

        Assert.Multiple(() =>
        {
            Assert.That(SessionOf(Protector.Protect("hello"u8, new MessageContext(TestChannel.OtherTopic))), Is.EqualTo(other.Statement.Id));
            Assert.That(Keys.SendWaits, Is.EqualTo(new[] { TestChannel.OtherTopic }));
        });
    }

    [Test]
    public async Task The_asynchronous_path_does_the_same()
    {
        var other = _channel.AddSession(TestChannel.OtherTopic);
        Keys.WhenWaitingToSend = () => Keys.Send(TestChannel.OtherTopic, _channel.Send(other));

        var message = await Protector.ProtectAsync("hello"u8.ToArray(), new MessageContext(TestChannel.OtherTopic));

        Assert.That(SessionOf(message), Is.EqualTo(other.Statement.Id));
    }

    [Test]
    public void A_session_that_ended_during_the_wait_is_waited_for_again()
    {
        var other = _channel.AddSession(TestChannel.OtherTopic);
        Keys.WhenWaitingToSend = () =>
        {
            var session = _channel.Send(other);
            if (Keys.SendWaits.Count == 1)
                session.Retire();
            Keys.Send(TestChannel.OtherTopic, session);
        };
        Protector.Protect("hello"u8, new MessageContext(TestChannel.OtherTopic));

        Assert.That(Keys.SendWaits, Has.Count.EqualTo(2));
    }

    [Test]
    public void What_the_wait_ends_with_is_what_the_caller_gets()
    {
        Keys.WhenWaitingToSend = () => throw new EndToEndKafkaException(FailureReason.NoDurableReader, "no reader");

        Assert.That(
            () => Protector.Protect("hello"u8, new MessageContext(TestChannel.OtherTopic)),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.NoDurableReader));
    }

    [Test]
    public void A_member_that_may_not_work_sends_nothing_whatever_sessions_it_has([Values] FailureReason reason)
    {
        Keys.Fail(reason);
        Keys.WhenWaitingToSend = () => throw new EndToEndKafkaException(reason, "no");

        Assert.That(() => Protector.Protect("hello"u8, Place), Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(reason));
    }

    [Test]
    public void A_successor_is_asked_for_once_and_near_the_limit_only()
    {
        var session = _channel.AddSession(TestChannel.Topic);
        Keys.Send(TestChannel.Topic, _channel.Send(session, new SessionLimits(32, long.MaxValue)));
        for (var i = 0; i < 29; i++)
            Protector.Protect("hello"u8, Place);
        var before = Keys.SuccessorsRequested.Count;
        for (var i = 0; i < 3; i++)
            Protector.Protect("hello"u8, Place);

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Zero);
            Assert.That(Keys.SuccessorsRequested, Is.EqualTo(new[] { TestChannel.Topic }));
        });
    }

    [Test]
    public void The_key_exchange_is_told_once_that_a_successor_took_over_and_once_that_it_is_near_its_own_limit()
    {
        var successor = _channel.AddSession(TestChannel.Topic);
        Keys.Send(TestChannel.Topic, _channel.Sending, _channel.Send(successor, new SessionLimits(32, long.MaxValue)));
        _channel.Sending.Retire();

        // It is not the current one yet: the key exchange has had no time.
        var asked = new List<int>();
        for (var i = 0; i < 32; i++)
        {
            Protector.Protect("hello"u8, Place);
            asked.Add(Keys.SuccessorsRequested.Count);
        }

        Assert.That((asked[0], asked[28], asked[29], asked[31]), Is.EqualTo((1, 1, 2, 2)));
    }

    [Test]
    public void The_plaintext_is_not_changed()
    {
        byte[] plaintext = [1, 2, 3];
        Protector.Protect(plaintext, Place);

        Assert.That(plaintext, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    // Opening

    [Test]
    public void A_message_tells_where_it_comes_from()
    {
        var opened = Protector.Open(_message, Place);

        Assert.Multiple(() =>
        {
            Assert.That(opened.Plaintext.ToArray(), Is.EqualTo("hello"u8.ToArray()));
            Assert.That(opened.Origin.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(opened.Origin.Attributes, Is.EqualTo(new Dictionary<string, string> { ["service"] = "shop" }));
            Assert.That(opened.Origin.Session, Is.EqualTo(_channel.Session.Statement.Id.ToString()));
            Assert.That(opened.Origin.Sequence, Is.Zero);
            Assert.That(opened.Origin.ProvenBy, Is.EqualTo(MessageProof.Signature));
        });
    }

    [Test]
    public void A_message_of_a_group_is_proven_by_any_key_holder()
    {
        using var group = new TestChannel(MessageAuthentication.Shared);

        Assert.That(group.Protector.Open(group.Protector.Protect("hello"u8, Place), Place).Origin.ProvenBy, Is.EqualTo(MessageProof.SharedKey));
    }

    [Test]
    public void A_key_that_comes_during_the_wait_opens()
    {
        Keys.Show(_channel.Session, keys: null);
        Keys.WhenWaitingToOpen = () => Keys.Show(_channel.Session, _channel.Receive(_channel.Session));

        Assert.That(Protector.Open(_message, Place).Plaintext.ToArray(), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(Keys.OpenWaits, Is.EqualTo(new[] { (_channel.Session.Statement.Id, TestChannel.Topic, TimeSpan.FromSeconds(10)) }));
    }

    [Test]
    public void A_key_that_does_not_come_is_waited_for_once_and_not_yet_there()
    {
        Keys.Show(_channel.Session, keys: null);
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Multiple(() =>
        {
            for (var i = 0; i < 5; i++)
                Assert.That(OpeningFails(_message), Is.EqualTo(FailureReason.KeyNotYetReceived));
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_session_that_was_not_announced_is_unknown_and_looked_up_once()
    {
        var forged = Forge();

        Assert.Multiple(() =>
        {
            for (var i = 0; i < 5; i++)
                Assert.That(OpeningFails(forged), Is.EqualTo(FailureReason.UnknownSession));
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_session_that_could_not_be_looked_up_stays_transient_however_often_it_is_tried()
    {
        var early = Forge();
        Keys.WhenWaitingToOpen = () => throw new EndToEndKafkaException(FailureReason.NotReady, "the broker does not answer");

        Assert.Multiple(() =>
        {
            for (var i = 0; i < 3; i++)
                Assert.That(OpeningFails(early), Is.EqualTo(FailureReason.NotReady));
        });
    }

    [Test]
    public void A_session_that_was_announced_after_all_opens_without_another_look_up()
    {
        var late = _channel.Producer.Session(TestChannel.Topic);
        using var sending = _channel.Send(late);
        var message = sending.TrySeal("hello"u8, Place, _channel.Clock.GetUtcNow().UtcTicks)!;
        var before = OpeningFails(message);
        Keys.Show(late, _channel.Receive(late));

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.EqualTo(FailureReason.UnknownSession));
            Assert.That(OpeningFails(message), Is.Null);
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_flood_of_forged_messages_costs_no_more_than_the_budget_and_loses_no_early_one()
    {
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromMilliseconds(100));
        var start = _channel.Clock.GetUtcNow();
        var reasons = Enumerable.Range(0, 1_000).Select(_ => OpeningFails(Forge())).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(_channel.Clock.GetUtcNow() - start, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(reasons.Count(reason => reason == FailureReason.UnknownSession), Is.EqualTo(100), "as many as could be looked up");
            Assert.That(reasons.Skip(100), Is.All.EqualTo(FailureReason.NotReady), "nothing is known of the others: they may be early");
        });
    }

    [Test]
    public void A_flood_does_not_keep_messages_from_opening_whose_key_is_here()
    {
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromSeconds(10));
        OpeningFails(Forge());
        OpeningFails(Forge());

        Assert.That(OpeningFails(_message), Is.Null);
    }

    [Test]
    public void Each_consumer_has_a_budget_of_its_own()
    {
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromSeconds(10));
        OpeningFails(Forge());
        var other = Protector.WithOwnBudget();

        Assert.That(() => other.Open(Forge(), Place), Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(FailureReason.UnknownSession));
    }

    [Test]
    public void All_topics_that_a_record_may_be_from_share_one_wait()
    {
        _channel.Aliases.Add(TestChannel.Topic, "mirrored");
        _channel.Aliases.Add(TestChannel.Topic, "older");
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromSeconds(4));
        OpeningFails(Forge());

        Assert.That(
            Keys.OpenWaits.Select(wait => (wait.Topic, wait.Timeout.TotalSeconds)),
            Is.EqualTo(new[] { (TestChannel.Topic, 10.0), ("mirrored", 6.0), ("older", 2.0) }));
    }

    [Test]
    public void Topics_that_were_not_looked_into_for_lack_of_time_prove_nothing()
    {
        _channel.Aliases.Add(TestChannel.Topic, "mirrored");
        Keys.WhenWaitingToOpen = () => _channel.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(OpeningFails(Forge()), Is.EqualTo(FailureReason.NotReady));
    }

    [TestCase(FailureReason.ProducerDenied)]
    [TestCase(FailureReason.ProducerRevoked)]
    [TestCase(FailureReason.ReaderNotAuthorized)]
    [TestCase(FailureReason.WrongAuthentication)]
    public void A_session_that_the_policy_refuses_is_refused_though_its_key_is_here(FailureReason refusal)
    {
        Keys.Show(_channel.Session, _channel.Receive(_channel.Session), refusal);

        Assert.That(OpeningFails(_message), Is.EqualTo(refusal));
        Assert.That(Keys.OpenWaits, Is.Empty);
    }

    [Test]
    public void After_the_retention_the_key_is_gone_to_the_tick()
    {
        var end = _channel.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        Keys.Show(_channel.Session, _channel.Receive(_channel.Session), retires: end);
        _channel.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        var before = OpeningFails(_message);
        _channel.Clock.Advance(TimeSpan.FromTicks(1));

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null);
            Assert.That(OpeningFails(_message), Is.EqualTo(FailureReason.KeyRetired));
        });
    }

    [Test]
    public void A_key_that_is_destroyed_while_it_is_looked_at_is_gone()
    {
        var keys = _channel.Receive(_channel.Session);
        Keys.Show(_channel.Session, keys);
        keys.Dispose();

        Assert.That(OpeningFails(_message), Is.EqualTo(FailureReason.KeyRetired));
    }

    [TestCase(FailureReason.NotReady)]
    [TestCase(FailureReason.NotEnrolled)]
    [TestCase(FailureReason.ProjectOutdated)]
    [TestCase(FailureReason.BrokerUnreachable)]
    public void A_member_that_is_not_ready_yet_is_waited_for(FailureReason reason)
    {
        Keys.Fail(reason);
        Keys.WhenWaitingToOpen = () => Keys.Fail(null);

        Assert.That(OpeningFails(_message), Is.Null);
    }

    [TestCase(FailureReason.NotReady)]
    [TestCase(FailureReason.NotEnrolled)]
    [TestCase(FailureReason.ProjectOutdated)]
    [TestCase(FailureReason.BrokerUnreachable)]
    public void A_member_that_does_not_get_ready_opens_nothing_yet(FailureReason reason)
    {
        Keys.Fail(reason);

        Assert.That(() => Protector.Open(_message, Place), Throws.TypeOf<MessageOpenException>()
            .With.Property("Reason").EqualTo(reason)
            .And.Message.Contains($"scripted: {reason}")
            .And.Property("Kind").EqualTo(FailureKind.Transient));
    }

    [Test]
    public void A_member_whose_credential_ended_still_opens_what_it_has_the_key_of()
    {
        Keys.Fail(FailureReason.CredentialExpired);

        Assert.That(OpeningFails(_message), Is.Null);
    }

    [Test]
    public void A_member_that_was_removed_opens_nothing()
    {
        Keys.Fail(FailureReason.Revoked);

        Assert.That(OpeningFails(_message), Is.EqualTo(FailureReason.Revoked));
        Assert.That(Keys.OpenWaits, Is.Empty);
    }

    [TestCase(FailureReason.IdentityCloned)]
    [TestCase(FailureReason.ProjectInvalid)]
    [TestCase(FailureReason.VaultUnavailable)]
    public void What_is_wrong_with_the_member_is_no_reason_to_skip_the_message(FailureReason reason)
    {
        Keys.Fail(reason);

        Assert.That(() => Protector.Open(_message, Place), Throws.TypeOf<MessageOpenException>()
            .With.Property("Kind").EqualTo(FailureKind.Transient)
            .And.Message.Contains($"scripted: {reason}"));
    }

    [Test]
    public void An_accepted_topics_messages_open_and_no_others()
    {
        _channel.Aliases.Add("orders.dlq", TestChannel.Topic);

        Assert.Multiple(() =>
        {
            Assert.That(OpeningFails(_message, new MessageContext("orders.dlq")), Is.Null);
            Assert.That(OpeningFails(_message, new MessageContext("payments.dlq")), Is.EqualTo(FailureReason.WrongTopic));
        });
    }

    [Test]
    public void An_alias_does_not_work_the_other_way_round()
    {
        _channel.Aliases.Add(TestChannel.Topic, "orders.dlq");
        _channel.AddSession("orders.dlq", toSend: true);
        var message = Protector.Protect("hello"u8, new MessageContext("orders.dlq"));

        Assert.Multiple(() =>
        {
            Assert.That(OpeningFails(message), Is.Null);
            Assert.That(OpeningFails(_message, new MessageContext("orders.dlq")), Is.EqualTo(FailureReason.WrongTopic));
        });
    }

    [TestCase("")]
    [TestCase(null)]
    [TestCase("a topic")]
    [TestCase("..")]
    public void A_place_without_a_topics_name_is_none(string? topic) =>
        Assert.That(() => new MessageContext(topic!), Throws.InstanceOf<ArgumentException>());

    [TestCase(1)]
    [TestCase(31)]
    [TestCase(33)]
    public void A_record_keys_hash_has_32_bytes(int size) =>
        Assert.That(() => new MessageContext(TestChannel.Topic, recordKeyHash: new byte[size]), Throws.ArgumentException);

    private static SessionId SessionOf(byte[] message) => SessionId.Read(message.AsSpan(2));

    private byte[] Forge()
    {
        var forged = _message.ToArray();
        Guid.NewGuid().TryWriteBytes(forged.AsSpan(2));
        return forged;
    }

    private FailureReason? OpeningFails(byte[] message, MessageContext? place = null)
    {
        try
        {
            Protector.Open(message, place ?? Place);
            return null;
        }
        catch (MessageOpenException e)
        {
            return e.Reason;
        }
    }
}
