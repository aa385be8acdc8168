using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>Sending and opening over a key ring that the test writes.</summary>
[TestFixture]
public class MessageProtectorTests
{
    private static readonly MessageContext Place = new(TestChannel.Topic);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestChannel _channel = null!;
    private byte[] _message = null!;

    private ScriptedKeyRing Keys => _channel.Keys;

    private MessageProtector Protector => _channel.Protector;

    private MessageProtector Throwing => Protector.With(new OpeningRules(MissingKey.Throw));

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
        Assert.That(Keys.OpenWaits, Is.EqualTo(new[] { (_channel.Session.Statement.Id, TestChannel.Topic) }));
    }

    [Test]
    public async Task A_key_that_is_late_is_waited_for_as_long_as_it_takes_and_after_30_s_that_is_said()
    {
        Keys.Show(_channel.Session, keys: null);
        var opening = Open(Protector, _message);
        _channel.Clock.Advance(RecordWaits.WarnAfter - TimeSpan.FromSeconds(1));
        Assert.That(_channel.Waits.Warning, Is.Null);
        Assert.That(_channel.Waits.Count, Is.EqualTo(1));

        _channel.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Multiple(() =>
        {
            Assert.That(opening.IsCompleted, Is.False);
            Assert.That(_channel.Waits.Warning, Does.Contain("'orders'").And.Contain(_channel.Session.Statement.Id.ToString()).And.Contain(_channel.Producer.Identifier).And.Contain($"{TestProject.Start:u}"));
            Assert.That(_channel.Log.Lines.Count(line => line.StartsWith("Warning: A record of topic 'orders' has waited", StringComparison.Ordinal)), Is.EqualTo(1));
        });

        Keys.Show(_channel.Session, _channel.Receive(_channel.Session));
        Keys.Changed();
        Assert.That(await opening.WaitAsync(Patience), Is.Null);
        Assert.That((_channel.Waits.Warning, _channel.Waits.Count), Is.EqualTo(((string?)null, 0)));
    }

    [Test]
    public async Task With_a_time_to_give_up_a_sessions_messages_wait_for_it_together()
    {
        Keys.Show(_channel.Session, keys: null);
        var protector = Protector.With(new OpeningRules(GiveUpAfter: TimeSpan.FromMinutes(1)));
        var opening = Open(protector, _message);
        _channel.Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.That(opening.IsCompleted, Is.False);

        _channel.Clock.Advance(TimeSpan.FromTicks(1));
        var failure = (await opening.WaitAsync(Patience))!;
        Assert.That((failure.Reason, failure.HasGivenUp), Is.EqualTo((FailureReason.KeyNotYetReceived, true)));
        Assert.That((await Open(protector, _message).WaitAsync(Patience))!.HasGivenUp, "the session has been waited for");
        Assert.That(_channel.Waits.Count, Is.Zero);

        Keys.Show(_channel.Session, _channel.Receive(_channel.Session));
        Assert.That(await Open(protector, _message).WaitAsync(Patience), Is.Null);
    }

    [Test]
    public async Task The_hosts_stop_ends_every_wait_and_no_other_begins()
    {
        Keys.Show(_channel.Session, keys: null);
        var opening = Open(Protector, _message);
        _channel.Waits.Stop();
        Assert.That(opening.IsCompleted, Is.False, "a loop that is still told to read must not rush past the records");
        Assert.That((await PassUntilEnd(opening))!.Kind, Is.EqualTo(FailureKind.Transient));

        opening = Open(Protector, _message);
        Assert.That(opening.IsCompleted, Is.False);
        Assert.That((await PassUntilEnd(opening))!.Kind, Is.EqualTo(FailureKind.Transient));
    }

    [Test]
    public async Task A_time_to_give_up_is_not_counted_from_a_miss_that_was_made_good()
    {
        Keys.Show(_channel.Session, keys: null);
        var protector = Protector.With(new OpeningRules(GiveUpAfter: TimeSpan.FromMinutes(1)));
        var opening = Open(protector, _message);
        _channel.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await opening.WaitAsync(Patience))!.HasGivenUp);
        Keys.Show(_channel.Session, _channel.Receive(_channel.Session));
        Assert.That(await Open(protector, _message).WaitAsync(Patience), Is.Null);

        Keys.Fail(FailureReason.ProjectOutdated);
        opening = Open(protector, _message);
        _channel.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.That(opening.IsCompleted, Is.False);
        Keys.Fail(null);
        Keys.Changed();
        Assert.That(await opening.WaitAsync(Patience), Is.Null);
    }

    [Test]
    public async Task What_a_search_was_refused_for_counts_no_more_when_policy_has_changed()
    {
        Keys.Show(_channel.Session, keys: null);
        var protector = Protector.With(new OpeningRules(MissingKey.Throw));
        var search = OpeningFailure(protector, _message)!.Search!;
        Keys.Show(_channel.Session, keys: null, FailureReason.ReaderNotAuthorized);
        Keys.Changed();
        await search.Task.WaitAsync(Patience);

        Keys.Show(_channel.Session, keys: null);
        Assert.That(OpeningFailure(protector, _message)!.Reason, Is.EqualTo(FailureReason.KeyNotYetReceived));
    }

    [Test]
    public async Task An_asynchronous_wait_can_be_ended()
    {
        Keys.Show(_channel.Session, keys: null);
        using var cancellation = new CancellationTokenSource();
        var opening = Protector.OpenAsync(_message, Place, cancellation.Token);
        Assert.That(opening.IsCompleted, Is.False);

        await cancellation.CancelAsync();
        Assert.That(() => opening.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_channel.Waits.Count, Is.Zero);
    }

    [Test]
    public async Task An_asynchronous_call_opens_what_a_synchronous_one_opens()
    {
        Assert.That((await Protector.OpenAsync(_message, Place)).Plaintext.ToArray(), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(() => Protector.OpenAsync(new byte[5], Place), Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(FailureReason.NotEncrypted));
    }

    [Test]
    public void A_session_that_was_not_announced_is_unknown_each_time_after_a_look()
    {
        var forged = Forge();

        Assert.Multiple(() =>
        {
            for (var i = 0; i < 5; i++)
                Assert.That(OpeningFails(forged), Is.EqualTo(FailureReason.UnknownSession));
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(5));
        });
    }

    [Test]
    public void Where_no_thread_may_wait_a_message_is_looked_for_meanwhile_by_itself()
    {
        Keys.Show(_channel.Session, keys: null);
        var other = Protector.Protect("other"u8, Place);
        var protector = Protector.With(new OpeningRules(MissingKey.Throw));
        Assert.Multiple(() =>
        {
            for (var i = 0; i < 5; i++)
                Assert.That(OpeningFailure(protector, _message)!.Reason, Is.EqualTo(FailureReason.KeyNotYetReceived));
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(1), "one search a message");
            Assert.That(OpeningFailure(protector, other)!.Search!.Task.IsCompleted, Is.False);
            Assert.That(Keys.OpenWaits, Has.Count.EqualTo(2), "a look proves nothing of a message that was read after it");
        });
    }

    [Test]
    public async Task What_a_search_has_proved_is_told_to_the_next_try_and_the_one_after_looks_again()
    {
        Keys.Fail(FailureReason.NotReady);
        var forged = Forge();
        var protector = Protector.With(new OpeningRules(MissingKey.Throw));
        var search = OpeningFailure(protector, forged)!.Search!;
        Assert.That(search.Task.IsCompleted, Is.False);

        Keys.Fail(null);
        Keys.Changed();
        await search.Task.WaitAsync(Patience);
        Assert.That(OpeningFailure(protector, forged)!.Reason, Is.EqualTo(FailureReason.UnknownSession));
        Assert.That(Keys.OpenWaits, Has.Count.EqualTo(1));
        Assert.That(OpeningFailure(protector, forged)!.Reason, Is.EqualTo(FailureReason.UnknownSession));
        Assert.That(Keys.OpenWaits, Has.Count.EqualTo(2));
    }

    [Test]
    public void Where_no_thread_may_wait_a_consumer_that_comes_back_no_more_is_forgotten()
    {
        Keys.Show(_channel.Session, keys: null);
        var search = OpeningFailure(Protector.With(new OpeningRules(MissingKey.Throw)), _message)!.Search!;
        _channel.Clock.Advance(RecordWaits.WarnAfter);
        Assert.That(_channel.Waits.Warning, Is.Null, "no consumer has come back");
        Assert.That(_channel.Log.Lines, Has.None.Contains("has waited"));

        search.Wait.Seen(new TopicPartitionOffset("orders", 3, 42));
        Assert.That(_channel.Log.Lines, Has.One.Contains("has waited"));
        _channel.Clock.Advance(RecordWaits.ForgetAfter - TimeSpan.FromTicks(1));
        Assert.That(_channel.Waits.Warning, Does.Contain("partition 3, offset 42"));

        _channel.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.That((_channel.Waits.Warning, _channel.Waits.Count), Is.EqualTo(((string?)null, 0)));
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
    public void A_flood_of_forged_messages_keeps_none_from_opening_whose_key_is_here()
    {
        Assert.That(Enumerable.Range(0, 1_000).Select(_ => OpeningFails(Forge())), Is.All.EqualTo(FailureReason.UnknownSession));
        Assert.That(OpeningFails(_message), Is.Null);
    }

    [Test]
    public void All_topics_that_a_record_may_be_from_are_looked_into_at_once()
    {
        _channel.Aliases.Add(TestChannel.Topic, "mirrored");
        _channel.Aliases.Add(TestChannel.Topic, "older");
        OpeningFails(Forge());

        Assert.That(Keys.OpenWaits.Single().Topics, Is.EqualTo($"{TestChannel.Topic} mirrored older"));
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
        Keys.Current = Keys.Current with { Time = end - TimeSpan.FromTicks(1) };
        var before = OpeningFails(_message);
        Keys.Current = Keys.Current with { Time = end };

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null);
            Assert.That(OpeningFails(_message), Is.EqualTo(FailureReason.KeyRetired));
        });
    }

    [TestCase(null, false, FailureReason.KeyNotYetReceived)]
    [TestCase(null, true, FailureReason.KeyRetired)]
    [TestCase(FailureReason.NotReady, false, FailureReason.NotReady)]
    public void A_key_that_is_destroyed_while_it_opens_a_message_is_gone_for_good_only_after_its_retention(FailureReason? ends, bool isOld, FailureReason told)
    {
        var keys = _channel.Receive(_channel.Session);
        var end = _channel.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        Keys.Show(_channel.Session, keys, retires: end);
        Keys.Current = Keys.Current with { Time = end - TimeSpan.FromTicks(1) };
        var found = Protector.Find(_message, Place, out var header);
        keys.Dispose();
        if (isOld)
            Keys.Current = Keys.Current with { Time = end };
        if (ends is { } reason)
            Keys.Fail(reason);

        Assert.That(Protector.Decrypt(found.Session!, header, _message, Place, new byte["hello"u8.Length])?.Reason, Is.EqualTo(told));
    }

    [TestCase(FailureReason.NotReady)]
    [TestCase(FailureReason.NotEnrolled)]
    [TestCase(FailureReason.ProjectOutdated)]
    [TestCase(FailureReason.BrokerUnreachable)]
    [TestCase(FailureReason.IdentityCloned)]
    [TestCase(FailureReason.ProjectInvalid)]
    [TestCase(FailureReason.VaultUnavailable)]
    public async Task A_member_that_is_not_ready_is_waited_for(FailureReason reason)
    {
        Keys.Fail(reason);
        var opening = Open(Protector, _message);
        _channel.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(opening.IsCompleted, Is.False);
        Assert.That(_channel.Waits.Warning, Does.Contain($"scripted: {reason}"));

        Keys.Fail(null);
        Keys.Changed();
        Assert.That(await PassUntilEnd(opening), Is.Null);
    }

    [TestCase(FailureReason.NotReady)]
    [TestCase(FailureReason.NotEnrolled)]
    [TestCase(FailureReason.ProjectOutdated)]
    [TestCase(FailureReason.BrokerUnreachable)]
    public void A_member_that_does_not_get_ready_opens_nothing_yet(FailureReason reason)
    {
        Keys.Fail(reason);

        Assert.That(() => Throwing.Open(_message, Place), Throws.TypeOf<MessageOpenException>()
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

        Assert.That(() => Throwing.Open(_message, Place), Throws.TypeOf<MessageOpenException>()
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

    private FailureReason? OpeningFails(byte[] message, MessageContext? place = null) => OpeningFailure(Protector, message, place)?.Reason;

    // A wait begins its next pause on a thread of its own.
    private Task<OpenFailure?> PassUntilEnd(Task<OpenFailure?> opening)
    {
        SpinWait.SpinUntil(
            () =>
            {
                _channel.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return opening.IsCompleted;
            },
            Patience);
        return opening.WaitAsync(Patience);
    }

    private static Task<OpenFailure?> Open(MessageProtector protector, byte[] message)
    {
        using var begun = new ManualResetEventSlim();
        var opening = Task.Run(async () =>
        {
            try
            {
                var opening = protector.OpenAsync(message, Place);
                begun.Set();
                await opening;
                return null;
            }
            catch (MessageOpenException e)
            {
                return e.Failure;
            }
        });
        begun.Wait(Patience);
        return opening;
    }

    private static OpenFailure? OpeningFailure(MessageProtector protector, byte[] message, MessageContext? place = null)
    {
        try
        {
            protector.Open(message, place ?? Place);
            return null;
        }
        catch (MessageOpenException e)
        {
            return e.Failure;
        }
    }
}
