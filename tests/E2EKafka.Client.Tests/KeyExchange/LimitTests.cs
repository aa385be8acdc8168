using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Below and at a limit everything works. Above, the writer refuses what is too much alone and names the limit, and readers drop the oldest of that sender.</summary>
[TestFixture]
public class LimitTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_topic_above_what_a_key_package_has_room_for_is_refused_alone([Values(-1, 0, 1)] int above, [Values] bool areLong)
    {
        var most = areLong ? KeyPackage.MaxTopicsSize / KeyPackage.SizeOf(NameOf(0, areLong)) : KeyPackage.MaxTopics;
        var topics = Enumerable.Range(0, most + above).Select(i => NameOf(i, areLong)).ToList();
        var consumer = _network.Join(consume: topics, vault: new DurableVault());
        var producer = _network.Join(produce: [topics[0], topics[^1]], vault: new DurableVault());
        var (first, last) = (producer.Send(topics[0]), producer.Send(topics[^1]));
        _network.Settle();
        var late = $"late-{(areLong ? new string('x', 244) : "")}";
        if (above > 0)
            consumer.Exchange.Consume(late);
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Ring.Failure, Is.Null);
            Assert.That(consumer.Exchange.NotReady, Is.Null);
            Assert.That(consumer.WhyItCannotOpen(topics[0], first), Is.Null);
            Assert.That(consumer.WhyItCannotOpen(topics[^1], last), Is.EqualTo(above > 0 ? FailureReason.LimitReached : (FailureReason?)null));
            Assert.That(producer.Exchange.Report.Skipped, Is.Empty);
            Assert.That(_network.Log.Lines.Count(line => line.Contains("a key package has room for", StringComparison.Ordinal)), Is.EqualTo(above > 0 ? 2 : 0));
        });
    }

    [Test]
    public void A_session_above_what_is_kept_of_one_producer_drops_its_oldest([Values(-1, 0, 1)] int above)
    {
        Demand(Topic);
        var (producer, other) = (_network.Enroll(), _network.Enroll());
        using var member = NewMember(producer, other);
        using var store = new SessionStore(member.Member, new ConsumedTopics());
        var ofOther = Observe(store, other, Topic, 0);
        var sessions = Enumerable.Range(0, SessionStatement.MaxOfProducer + above).Select(i => Observe(store, producer, Topic, i)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(store.Find(sessions[0]), above > 0 ? Is.Null : Is.Not.Null);
            Assert.That(store.Find(sessions[1]), Is.Not.Null);
            Assert.That(store.Find(sessions[^1]), Is.Not.Null);
            Assert.That(store.Find(ofOther), Is.Not.Null);
            Assert.That(store.All, Has.Count.EqualTo(1 + Math.Min(sessions.Count, SessionStatement.MaxOfProducer)));
            Assert.That(store.Openable, Has.Count.EqualTo(store.All.Count));
        });
    }

    [Test]
    public void Sessions_that_policy_refuses_displace_only_one_another([Values(-1, 0, 1)] int above)
    {
        Demand(Topic);
        var producer = _network.Enroll();
        using var member = NewMember(producer);
        using var store = new SessionStore(member.Member, new ConsumedTopics());
        var good = Observe(store, producer, Topic, 0);
        var refused = Enumerable.Range(1, SessionsOfProducers.MaxRefusedOfProducer + above).Select(i => Observe(store, producer, "signed", i)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(store.Find(good), Is.Not.Null);
            Assert.That(store.Find(refused[0]), above > 0 ? Is.Null : Is.Not.Null);
            Assert.That(store.Find(refused[^1]), Is.Not.Null);
        });
    }

    [Test]
    public void A_producer_with_as_many_sessions_as_readers_keep_makes_no_more([Values(-1, 0)] int above)
    {
        Demand("second");
        var vault = new DurableVault();
        var before = _network.Join(produce: ["first"], vault: vault);
        before.Send("first");
        before.Exchange.WriteCheckpoint();
        var kept = vault.List("sessions").Count;
        _network.Kill(before);
        AddOwn(vault, before.Identifier, SessionStatement.MaxOfProducer + above - kept);
        var producer = _network.Join(produce: [Topic], consume: ["audit"], vault: vault);
        Assert.Multiple(() =>
        {
            Assert.That(producer.Sending(Topic).Failure?.Reason, Is.EqualTo(above < 0 ? null : (FailureReason?)FailureReason.LimitReached));
            Assert.That(producer.Sending(Topic).Failure?.Message ?? $"{SessionStatement.MaxOfProducer}", Does.Contain($"{SessionStatement.MaxOfProducer}"));
            Assert.That(producer.SessionOf(Topic), above < 0 ? Is.Not.Null : Is.Null);
            Assert.That(producer.Ring.Failure, Is.Null);
        });
    }

    [Test]
    public void A_session_is_sealed_to_more_than_a_thousand_key_packages()
    {
        for (var i = 0; i < 1_000; i++)
            _network.Append(ControlPartition.Members, _network.Enroll().KeyPackage(Topic).Record);
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "hello");
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
            Assert.That(producer.Exchange.Report.StatusOf(producer.Exchange.Ring).Sending.Single().Recipients, Has.Count.EqualTo(1_001));
            Assert.That(_network.Records.Select(record => record.Text.Length), Is.All.LessThanOrEqualTo(Jws.MaxSize));
        });
    }

    [Test]
    public void Attempts_above_what_is_remembered_of_one_member_drop_its_oldest([Values(-1, 0, 1)] int above)
    {
        var attempts = new RequestAttempts();
        List<SessionRef> sessions = [.. Enumerable.Range(0, RequestAttempts.Max + above).Select(i => new SessionRef(Topic, SessionId.Read(RandomNumberGenerator.GetBytes(SessionId.Size))))];
        Assert.That(sessions.Select(session => attempts.Counts(session, 1, _network.Now, 1)), Is.All.True);
        var later = _network.Now + KeyRequest.PauseBefore(2);
        Assert.Multiple(() =>
        {
            Assert.That(attempts.Counts(sessions[0], 2, later, 2), Is.EqualTo(above <= 0));
            Assert.That(attempts.Counts(sessions[1], 2, later, 2), Is.True);
            Assert.That(attempts.Counts(sessions[^1], 2, later, 2), Is.True);
        });
    }

    private void Demand(string topic) => _network.Demand(new TopicRequirements { Topic = topic, Authentication = MessageAuthentication.Shared });

    private SessionRef Observe(SessionStore store, TestMember producer, string topic, int second)
    {
        var statement = Statement(producer.Identifier, topic);
        Assert.That(store.Observe(new KnownSession(statement, _network.Now + TimeSpan.FromSeconds(second))), Is.EqualTo(RecordProblem.None));
        return SessionRef.Of(statement);
    }

    private SessionStatement Statement(string producer, string topic) => SessionStatement.TryRead(new StatementClaims(
        TestSession.CoreOf(_network.Project.Document, topic, producer, signingKey: null, _network.Now, _network.Now + TimeSpan.FromHours(1)),
        RandomNumberGenerator.GetBytes(SessionStatement.HashSize)))!;

    private void AddOwn(DurableVault vault, string producer, int count)
    {
        using var batch = new VaultBatch();
        for (var i = 0; i < count; i++)
        {
            var statement = Statement(producer, "second");
            batch.Put("checkpoint", Checkpoint.SessionOf(SessionRef.Of(statement)), new KnownSession(statement, _network.Now).Encode());
        }

        vault.Write(batch);
    }

    private StoredMember NewMember(params TestMember[] known) => new(_network.Project, known);

    private static string NameOf(int number, bool isLong) => isLong ? $"{number:d4}-{new string('x', 244)}" : $"topic-{number}";

    /// <summary>What the parts of a key exchange share, over a durable vault.</summary>
    private sealed class StoredMember : IDisposable
    {
        private readonly DurableVault _vault = new();
        private readonly CollectingLog _log = new();
        private readonly RetryingVault _patient;
        private readonly MemberIdentity _identity;

        public StoredMember(TestProject project, TestMember[] known)
        {
            var steady = new SteadyClock(project.Clock);
            _patient = new RetryingVault(_vault, steady, _log);
            _identity = MemberIdentity.LoadOrCreate(_patient, project.Document.Id);
            Member = new Member(_identity, project.DirectoryOf(known), _patient, steady, project.Clock, new KeyLifetimes(), _ => { }, _log, _log);
        }

        public Member Member { get; }

        public void Dispose()
        {
            _identity.Dispose();
            _patient.Dispose();
            _vault.Dispose();
            _log.Dispose();
        }
    }
}
