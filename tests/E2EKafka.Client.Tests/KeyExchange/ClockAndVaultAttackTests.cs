using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a hostile reader of the rules of clocks and vaults came up with: each of these broke a guarantee.</summary>
[TestFixture]
public class ClockAndVaultAttackTests
{
    private const string Topic = "orders";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork(isDevelopment: false);

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_clock_that_is_set_back_by_90_s_does_not_keep_a_consumer_from_its_next_topic()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault(), ahead: TimeSpan.FromSeconds(90));
        consumer.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromSeconds(5));
        consumer.Exchange.Consume("audit");
        _network.Pass(TimeSpan.FromMinutes(1));
        var producer = _network.Join(produce: ["audit"], vault: new DurableVault());
        var message = producer.Send("audit");
        _network.Pass(TimeSpan.FromHours(3), TimeSpan.FromSeconds(20));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Exchange.NotReady, Is.Null, "it says that it is ready");
            Assert.That(consumer.WhyItCannotOpen("audit", message), Is.Null);
            Assert.That(producer.Exchange.Report.Skipped, Is.Empty);
        });
    }

    [Test]
    public void When_both_clocks_were_ahead_and_are_right_again_members_go_on()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromHours(1) });
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        producer.Send(Topic);
        _network.AuthorityServes = false;
        _network.Clock.SetWallClock(_network.Now + TimeSpan.FromHours(3));
        _network.Pass(TimeSpan.FromMinutes(1));
        _network.Clock.SetWallClock(_network.Now - TimeSpan.FromHours(3));
        _network.AuthorityServes = true;
        _network.Pass(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(5));
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
            Assert.That(consumer.Exchange.Report.ConfirmedTime, Is.LessThanOrEqualTo(_network.Now));
            Assert.That(_network.Log.Lines, Has.None.Contains("A record on Sessions/"), "skipped");
        });
    }

    [Test]
    public void A_damaged_session_row_is_read_again_from_the_log()
    {
        var vault = new HookedVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromSeconds(20));
        Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
        _network.Kill(producer);
        _network.Kill(consumer);
        vault.DamageAll("sessions");
        consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));
        Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null, "the grant is on Kafka, and the key package's key is in the vault");
    }

    [Test]
    public void A_key_change_that_is_answered_while_the_disk_is_full_is_made_and_the_disk_is_named()
    {
        var vault = new DurableVault();
        var other = _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic], vault: vault);
        producer.Send(Topic);
        _network.AuthorityServes = false;
        producer.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromSeconds(10));
        vault.IsBroken = true;
        other.Exchange.Consume("audit");
        _network.Pass(TimeSpan.FromSeconds(15));
        Assert.That(producer.Exchange.Report.VaultWarning, Is.Not.Null);
        _network.AuthorityServes = true;
        _network.Pass(TimeSpan.FromMinutes(1));
        var (failure, sends) = (producer.Ring.Failure, producer.WhyItCannotSend(Topic));
        var shown = producer.Sending(Topic).Failure?.Message;
        vault.IsBroken = false;
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(failure, Is.Null);
            Assert.That(sends, Is.EqualTo(FailureReason.SessionNotReady), "a change of key ends the sessions that the member could read itself");
            Assert.That(shown, Does.Contain("The disk is full."));
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
        });
    }

    [Test]
    public void A_credential_is_renewed_while_the_disk_is_full_or_the_text_says_why_not()
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        vault.IsBroken = true;
        _network.Pass(TimeSpan.FromHours(50), TimeSpan.FromMinutes(5));
        var failure = consumer.Ring.Failure;
        Assert.That(failure?.Message ?? "The disk is full.", Does.Contain("The disk is full."));
    }

    [Test]
    public void A_record_of_ours_that_is_read_again_with_the_clock_set_back_is_no_clone()
    {
        var consumer = _network.Join(vault: new DurableVault());
        _network.Pass(TimeSpan.FromSeconds(5));
        consumer.Exchange.Consume(Topic);
        _network.Pass(TimeSpan.FromSeconds(5));
        var own = _network.In(ControlPartition.Members).Single();
        _network.Pass(TimeSpan.FromMinutes(45), TimeSpan.FromSeconds(5));
        consumer.Clock.Ahead = TimeSpan.FromMinutes(-45);
        _network.Pass(TimeSpan.FromSeconds(2));
        _network.Append(ControlPartition.Members, own.Value, own.Timestamp);
        _network.Pass(TimeSpan.FromSeconds(2));
        consumer.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.That(consumer.Ring.Failure?.Reason, Is.Null);
    }

    [Test]
    public void A_clock_that_stands_still_while_nothing_confirms_it_uses_no_session_past_its_end()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromHours(1) });
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        producer.Send(Topic);
        producer.FateOf = publication => publication.Partition == ControlPartition.Requests ? Fate.WrittenUnknowingly : Fate.Written;
        var step = TimeSpan.FromSeconds(9);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromHours(3); passed += step)
        {
            _network.Clock.Advance(step);
            producer.Clock.Ahead -= step;
            _network.Settle();
        }

        if (producer.WhyItCannotSend(Topic) is not null)
            return;
        var message = producer.Send(Topic);
        _network.Settle();
        Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
    }

    [Test]
    public void A_vault_that_cannot_be_read_for_a_while_ends_no_member([Values] bool byRecord)
    {
        var vault = new HookedVault();
        var leaver = _network.Join(consume: [Topic], vault: new DurableVault());
        var consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(20));
        vault.CannotBeRead = true;
        if (byRecord)
            _network.Project.Authority.Revoke(leaver.Identifier, RevocationKind.Departed);
        else
            _network.Clock.Advance(TimeSpan.FromHours(25));
        try
        {
            _network.PublishDocument();
            _network.Settle();
        }
        catch (EndToEndKafkaException e)
        {
            Assert.Fail(string.Join("; ", e.StackTrace!.Split('\n').Where(line => line.Contains("E2EKafka", StringComparison.Ordinal)).Take(8)));
        }

        Assert.That(consumer.Exchange, Is.Not.Null);
    }

    [Test]
    public void A_disk_that_hangs_for_11_minutes_leaves_no_package_that_is_current_to_us_alone()
    {
        var vault = new HookedVault();
        var consumer = _network.Join(vault: vault);
        _network.Pass(TimeSpan.FromSeconds(20));
        HangOnce(vault, "key-packages", TimeSpan.FromMinutes(11));
        consumer.Exchange.Consume(Topic);
        _network.Pass(TimeSpan.FromSeconds(30));
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Exchange.NotReady, Is.Null);
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
        });
    }

    [Test]
    public void A_disk_that_hangs_for_9_minutes_leaves_no_message_whose_announcement_is_refused()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        var vault = new HookedVault();
        var producer = _network.Join(vault: vault, ahead: TimeSpan.FromSeconds(-115));
        _network.Pass(TimeSpan.FromSeconds(20));
        var hasHung = HangOnce(vault, "sessions", TimeSpan.FromMinutes(9));
        producer.Exchange.Produce(Topic);
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.That(hasHung(), Is.True);
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Exchange.Report.Skipped.Keys, Is.SubsetOf(new[] { RecordProblem.Delayed }), "it is signed again");
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
        });
    }

    [Test]
    public void A_clock_that_two_masters_set_makes_no_session_each_time()
    {
        _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        for (var i = 0; i < 120; i++)
        {
            producer.Clock.Ahead = TimeSpan.FromSeconds(i % 2 == 0 ? 12 : 0);
            _network.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.That(_network.In(_network.SessionsOf(Topic)), Has.Count.LessThan(60), "in ten minutes, with pauses of up to 15 s");
    }

    [Test]
    public async Task A_disk_that_is_full_for_a_moment_does_not_end_the_authority()
    {
        var clock = new ManualTimeProvider(TestProject.Start);
        var vault = new DurableVault();
        using var authority = ProjectAuthority.Create(
            vault, clock, TestProject.CredentialLifetime, "test", new ControlTopicLayout(ControlTopicLayout.DefaultPrefix, ControlTopicLayout.DefaultPartitions));
        var ticket = authority.CreateTicket(new Dictionary<string, string>(), 1, TimeSpan.FromMinutes(10));
        using var key = SigningKey.Generate();
        FakeControlLog log = null!;
        await using var service = new AuthorityService(authority, sink => log = new FakeControlLog(sink) { BrokerClock = clock }, clock, new CollectingLog());
        service.Start();
        await service.WaitUntilServingAsync(Patience, default);
        vault.IsBroken = true;
        var request = AuthorityRequest.Create(authority.Document, key.Public.Thumbprint, key, ticket, clock.GetUtcNow());
        ((IControlLogSink)service).Received(new ControlRecord(ControlPartition.Requests, System.Text.Encoding.ASCII.GetBytes(request.Text), clock.GetUtcNow(), Offset: 0));
        await service.ChangeAsync(static () => { }, default).WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(service.Ended, Is.Null);
            Assert.That(service.NotServing?.Reason, Is.EqualTo(FailureReason.VaultUnavailable));
        });

        vault.IsBroken = false;
        request = AuthorityRequest.Create(authority.Document, key.Public.Thumbprint, key, ticket, clock.GetUtcNow());
        ((IControlLogSink)service).Received(new ControlRecord(ControlPartition.Requests, System.Text.Encoding.ASCII.GetBytes(request.Text), clock.GetUtcNow(), Offset: 1));
        await service.ChangeAsync(static () => { }, default).WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(service.NotServing, Is.Null);
            Assert.That(log.Published.SelectMany(publication => publication.Records).Select(record => Jws.TryParse(record)!.Type), Does.Contain(RecordTypes.Credential));
        });
    }

    [Test]
    public async Task An_authority_that_slept_for_8_days_publishes_its_credentials_again()
    {
        using var project = new TestProject(isDevelopment: false);
        project.Join();
        FakeControlLog log = null!;
        await using var service = new AuthorityService(project.Authority, sink => log = new FakeControlLog(sink) { BrokerClock = project.Clock }, project.Clock, new CollectingLog());
        service.Start();
        await service.WaitUntilServingAsync(Patience, default);
        var before = log.Published.Count;
        project.Clock.SetWallClock(project.Now + TimeSpan.FromDays(8));

        // The first finds that the clock was set, the second waits until the broker has confirmed it.
        await service.ChangeAsync(static () => { }, default).WaitAsync(Patience);
        await service.ChangeAsync(static () => { }, default).WaitAsync(Patience);
        var types = log.Published.Skip(before).SelectMany(publication => publication.Records).Select(record => Jws.TryParse(record)!.Type).ToList();
        Assert.That(types, Does.Contain(RecordTypes.Credential));
    }

    [Test]
    public async Task A_restored_authority_signs_no_document_before_its_clock_is_confirmed()
    {
        using var project = new TestProject(isDevelopment: false);
        var member = project.Join(("team", "a"));
        var backup = new DurableVault();
        foreach (var collection in (string[])["authority", "members", "tickets", "revocations", "removed"])
        {
            foreach (var (name, value) in project.Vault.List(collection))
            {
                using var batch = new VaultBatch();
                backup.Write(batch.Put(collection, name, value));
            }
        }

        project.Authority.TakeUnpublished();
        project.Authority.SetAttributes(member.Identifier, new Dictionary<string, string> { ["team"] = "b" });
        var credential = project.Authority.TakeUnpublished().First(record => Jws.TryParse(record)!.Type == RecordTypes.Credential);
        var own = new ManualTimeProvider(TestProject.Start + TimeSpan.FromHours(20));
        using var restored = ProjectAuthority.Open(backup, own, TestProject.CredentialLifetime);
        var document = restored.Document;
        await using var service = new AuthorityService(restored, sink => new FakeControlLog(sink) { BrokerClock = project.Clock }, own, new CollectingLog());
        ((IControlLogSink)service).Received(new ControlRecord(ControlPartition.Authority, System.Text.Encoding.ASCII.GetBytes(credential), project.Now, Offset: 0));
        service.Start();
        await Assert.ThrowsAsync<EndToEndKafkaException>(() => service.ChangeAsync(static () => { }, default).WaitAsync(Patience));
        Assert.That(service.NotServing?.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
        Assert.That(restored.Document.Version, Is.EqualTo(document.Version), "signed with a clock that is 20 h ahead");
    }

    [Test]
    public void While_nothing_can_be_written_packages_are_not_made_without_end()
    {
        var vault = new DurableVault();
        var consumer = _network.Join(vault: vault);
        _network.Pass(TimeSpan.FromSeconds(20));
        consumer.FateOf = publication => publication.Partition == ControlPartition.Authority ? Fate.Written : Fate.Lost;
        consumer.Exchange.Consume(Topic);
        var counts = new List<int>();
        for (var hour = 0; hour < 40; hour++)
        {
            _network.Pass(TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
            counts.Add(vault.List("key-packages").Count);
        }

        Assert.That(counts[^1], Is.LessThan(20));
    }

    [Test]
    public void A_copy_of_a_record_of_our_earlier_life_is_no_clone_where_the_clock_was_set_back_between([Values(90, 0)] int ahead)
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault, ahead: TimeSpan.FromSeconds(ahead));
        var own = _network.In(ControlPartition.Members).Single();
        _network.Pass(TimeSpan.FromSeconds(10));
        _network.Kill(consumer);
        consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(10));
        _network.Append(ControlPartition.Members, own.Value);
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.That(consumer.Ring.Failure?.Reason, Is.Null);
    }

    [Test]
    public void A_package_that_is_written_ten_minutes_after_it_was_signed_is_current_to_all_or_to_none()
    {
        var consumer = _network.Join(vault: new DurableVault());
        _network.Pass(TimeSpan.FromSeconds(20));
        _network.Clock.Advance(TimeSpan.FromMilliseconds(900));
        consumer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Members ? Fate.Held : Fate.Written;
        consumer.Exchange.Consume(Topic);
        _network.Settle();
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));
        consumer.FateOf = _ => Fate.Written;
        consumer.WriteHeld();
        _network.Pass(TimeSpan.FromMinutes(1));
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.Null);
        });
    }

    // Has the first write to a collection take some time.
    private Func<bool> HangOnce(HookedVault vault, string collection, TimeSpan time)
    {
        var hasHung = false;
        vault.Writing = batch =>
        {
            if (hasHung || !batch.Changes.Any(change => change.Collection == collection))
                return;

            hasHung = true;
            _network.Clock.Advance(time);
        };
        return () => hasHung;
    }

    private sealed class HookedVault : IVaultStore
    {
        private readonly DurableVault _vault = new();
        private readonly HashSet<(string, string)> _damaged = [];

        public bool CannotBeRead { get; set; }

        public Action<VaultBatch>? Writing { get; set; }

        public bool IsDurable => true;

        public IReadOnlyCollection<string> Unreadable => [.. _damaged.Select(entry => $"{entry.Item1}/{entry.Item2}")];

        public void DamageAll(string collection) => _damaged.UnionWith(_vault.List(collection).Keys.Select(name => (collection, name)));

        public byte[]? Read(string collection, string name)
        {
            Check();
            return _damaged.Contains((collection, name)) ? null : _vault.Read(collection, name);
        }

        public IReadOnlyDictionary<string, byte[]> List(string collection)
        {
            Check();
            return _vault.List(collection).Where(pair => !_damaged.Contains((collection, pair.Key))).ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        public void Write(VaultBatch batch)
        {
            Check();
            Writing?.Invoke(batch);
            _vault.Write(batch);
            _damaged.ExceptWith(batch.Changes.Select(change => (change.Collection, change.Name)));
        }

        public void Dispose()
        {
        }

        private void Check()
        {
            if (CannotBeRead)
                throw new EndToEndKafkaException(FailureReason.VaultUnavailable, "The disk is gone.");
        }
    }
}
