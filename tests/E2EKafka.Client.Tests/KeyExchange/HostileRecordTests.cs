using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Any client may write to the control topics. What it writes is counted and skipped, or judged by its signer.</summary>
[TestFixture]
public class HostileRecordTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private NetworkMember _consumer = null!;
    private NetworkMember _producer = null!;
    private byte[] _message = null!;

    private ControlPartition Sessions => _network.SessionsOf(Topic);

    private ControlPartition Grants => _network.GrantsOf(_consumer.Identifier);

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _consumer = _network.Join(consume: [Topic]);
        _producer = _network.Join(produce: [Topic], consume: ["other"]);
        _message = _producer.Send(Topic, "hello");
        _network.Settle();
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void Random_and_mutated_records_change_nothing_and_stop_nobody()
    {
        var random = new SeededGenerator(42);
        ControlPartition[] partitions = [ControlPartition.Authority, ControlPartition.Members, ControlPartition.Requests, Sessions, Grants];
        var valid = _network.Records.Select(record => record.Text).Distinct().ToList();
        var sessions = _consumer.Ring.Sessions.Keys.ToHashSet();
        var before = _network.Records.Count();
        for (var i = 0; i < 3_000; i++)
            _network.Append(random.Pick(partitions), Mutate(random, random.Pick(valid)));
        _network.Settle();
        _network.Pass(TimeSpan.FromSeconds(10));

        Assert.Multiple(() =>
        {
            Assert.That(_consumer.Ring.Failure, Is.Null);
            Assert.That(_producer.Ring.Failure, Is.Null);
            Assert.That(_consumer.Ring.Sessions.Keys, Is.EquivalentTo(sessions));
            Assert.That(_consumer.Ring.Project.Reference, Is.EqualTo(_network.Project.Document.Reference));
            Assert.That(_consumer.Open(Topic, _message), Is.EqualTo("hello"));
            Assert.That(_consumer.Open(Topic, _producer.Send(Topic, "again")), Is.EqualTo("again"));
            Assert.That(_consumer.Exchange.Report.Skipped.Values.Sum(), Is.GreaterThan(2_000));
            Assert.That(_network.Records.Count(), Is.EqualTo(before + 3_000), "no member answers it");
        });
    }

    [Test]
    public void Valid_records_on_a_topic_of_another_kind_are_skipped()
    {
        ControlPartition[] partitions = [ControlPartition.Authority, ControlPartition.Members, ControlPartition.Requests, Sessions, Grants];
        foreach (var (from, text) in _network.Records.ToList())
        {
            foreach (var to in partitions.Where(to => to.Topic != from.Topic))
                _network.Append(to, text);
        }

        _network.Settle();

        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.UnexpectedType], Is.GreaterThan(10));
        Assert.That(_consumer.Open(Topic, _producer.Send(Topic, "again")), Is.EqualTo("again"));
    }

    [Test]
    public void The_whole_log_once_more_changes_nothing()
    {
        _network.Pass(TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(1));
        var sessions = _consumer.Ring.Sessions.Keys.ToHashSet();
        foreach (var (partition, text) in _network.Records.ToList())
            _network.Append(partition, text);
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(_consumer.Ring.Failure, Is.Null);
            Assert.That(_producer.Ring.Failure, Is.Null, "a writer that repeats our records is no copy of us");
            Assert.That(_consumer.Ring.Sessions.Keys, Is.EquivalentTo(sessions));
            Assert.That(_consumer.Open(Topic, _producer.Send(Topic, "again")), Is.EqualTo("again"));
        });
    }

    [Test]
    public void The_whole_log_an_hour_later_changes_nothing_either()
    {
        _network.Pass(TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(1));
        var old = _network.Records.ToList();
        _network.Pass(TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(1));
        foreach (var (partition, text) in old)
            _network.Append(partition, text);
        _network.Settle();

        Assert.That((_consumer.Ring.Failure, _producer.Ring.Failure), Is.EqualTo((null as MemberFailure, null as MemberFailure)));
    }

    [Test]
    public void Empty_and_null_records_are_skipped()
    {
        foreach (var partition in (ControlPartition[])[ControlPartition.Authority, ControlPartition.Members, ControlPartition.Requests, Sessions, Grants])
            _network.Append(partition, ReadOnlyMemory<byte>.Empty);
        _network.Settle();

        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.Malformed], Is.EqualTo(5));
    }

    [Test]
    public void A_session_that_a_stranger_announces_is_refused()
    {
        var (producer, stranger) = (_network.Enroll(), _network.Enroll());
        var session = producer.Session(Topic);
        _network.Append(Sessions, SessionAnnouncement.Create([session.Statement], stranger.Key, next: null, _network.Now));
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(session.Statement.Id), Is.False);
        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.ReplacedKey], Is.EqualTo(1));
    }

    [Test]
    public void A_session_that_is_announced_again_stays_as_it_was()
    {
        var producer = _network.Enroll();
        var session = producer.Session(Topic);
        _network.Append(Sessions, session.Announcement);
        _network.Append(Grants, producer.Grant(session, PackageOf(_consumer)).Text);
        _network.Settle();
        var before = _consumer.Ring.Sessions[session.Statement.Id];
        _network.Pass(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(1));
        _network.Append(Sessions, SessionAnnouncement.Create([session.Statement], producer.Key, next: null, _network.Now));
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Keys, Is.Not.Null.And.SameAs(before.Keys));
    }

    [Test]
    public void A_wrong_key_is_refused_and_the_right_one_still_taken()
    {
        var sender = _network.Enroll();
        var session = sender.Session(Topic);
        _network.Append(Sessions, session.Announcement);
        using var wrong = SecretBytes.Random(SessionKeys.SecretSize);
        _network.Append(Grants, KeyGrant.Create(
            _network.Project.Document.Id, sender.Identifier, sender.Key,
            [KeyGrant.Seal([(session.Statement, wrong, null)], PackageOf(_consumer), sender.Identifier)], _network.Now).Single());
        _network.Settle();
        var (mismatches, keys) = (_consumer.Exchange.Report.Skipped.GetValueOrDefault(RecordProblem.CommitmentMismatch), _consumer.Ring.Sessions[session.Statement.Id].Keys);
        _network.Append(Grants, sender.Grant(session, PackageOf(_consumer)).Text);
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(mismatches, Is.EqualTo(1));
            Assert.That(keys, Is.Null);
            Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Keys, Is.Not.Null);
        });
    }

    [Test]
    public void A_right_key_is_taken_from_any_sender()
    {
        var producer = _network.Enroll();
        var stranger = _network.Enroll();
        var session = producer.Session(Topic);
        _network.Append(Sessions, session.Announcement);
        _network.Append(Grants, stranger.Grant(session, PackageOf(_consumer)).Text);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Keys, Is.Not.Null);
    }

    [Test]
    public void A_flood_of_grants_by_strangers_delays_a_right_key_and_keeps_none_from_its_reader()
    {
        var session = _network.Enroll().Session(Topic);
        _network.Append(Sessions, session.Announcement);
        using var stranger = SigningKey.Generate();
        using var wrong = SecretBytes.Random(SessionKeys.SecretSize);
        for (var i = 0; i < 250; i++)
            Grant(wrong);
        Grant(session.Secret);
        _network.Settle();
        var before = _consumer.Ring.Sessions[session.Statement.Id].Keys;
        _network.Pass(TimeSpan.FromSeconds(3));

        Assert.That(before, Is.Null, "the budget is 100, and 100 a second");
        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Keys, Is.Not.Null);
        Assert.That(_consumer.Exchange.Report.Skipped.Keys, Has.None.EqualTo(RecordProblem.OverBudget));

        // The key that signs is in no credential.
        void Grant(SecretBytes secret) => _network.Append(Grants, KeyGrant.Create(
            _network.Project.Document.Id, stranger.Public.Thumbprint, stranger,
            [KeyGrant.Seal([(session.Statement, secret, null)], PackageOf(_consumer), stranger.Public.Thumbprint)], _network.Now).Single());
    }

    [Test]
    public void A_grant_of_another_session_or_topic_gives_no_key()
    {
        var producer = _network.Enroll();
        var session = producer.Session(Topic);
        _network.Append(Sessions, session.Announcement);
        var claims = producer.Grant(session, PackageOf(_consumer)).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        foreach (var wrong in (SessionName[])[new("other", session.Statement.HashText), new(Topic, _consumer.Identifier)])
        {
            var relabelled = claims with { Recipients = [recipient with { Sessions = [wrong] }] };
            _network.Append(Grants, RawJws.Sign(RecordTypes.Grant, relabelled, RecordJson.Default.GrantClaims, producer.Key).Text);
        }

        _network.Settle();

        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Keys, Is.Null);
    }

    [Test]
    public void An_announcement_that_was_kept_back_is_refused()
    {
        var late = _network.Enroll().Session(Topic);
        _network.Pass(RecordClock.MaxDelay + TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        _network.Append(Sessions, late.Announcement);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(late.Statement.Id), Is.False);
        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.Delayed], Is.GreaterThanOrEqualTo(1));
    }

    [Test]
    public void An_announcement_whose_kafka_timestamp_is_another_is_refused_also_when_it_is_read_late()
    {
        var session = _network.Enroll().Session(Topic);
        _network.Append(Sessions, session.Announcement, _network.Now + RecordClock.MaxDelay + TimeSpan.FromSeconds(1));
        var late = _network.Join(consume: [Topic]);

        Assert.That(late.Ring.Sessions.ContainsKey(session.Statement.Id), Is.False);
        Assert.That(late.Exchange.Report.Skipped[RecordProblem.Delayed], Is.EqualTo(1));
    }

    [Test]
    public void An_old_announcement_that_is_read_for_the_first_time_is_taken()
    {
        _network.Pass(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1));
        var late = _network.Join(consume: [Topic]);

        Assert.That(late.WhyItCannotOpen(Topic, _message), Is.Null);
    }

    [Test]
    public void An_announcement_from_the_future_is_refused()
    {
        var session = _network.Enroll().Session(Topic, begins: _network.Now + TimeSpan.FromMinutes(11));
        _network.Append(Sessions, session.Announcement);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(session.Statement.Id), Is.False);
        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.Delayed], Is.EqualTo(1));
    }

    [Test]
    public void An_announcement_in_the_partition_of_another_topic_is_refused()
    {
        var member = _network.Enroll();
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"topic-{i}").First(topic => _network.SessionsOf(topic) != Sessions);
        var session = member.Session(elsewhere);
        _network.Append(Sessions, session.Announcement);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions.ContainsKey(session.Statement.Id), Is.False);
        Assert.That(_consumer.Exchange.Report.Skipped[RecordProblem.WrongPartition], Is.EqualTo(1));
    }

    [Test]
    public void A_session_of_a_member_that_may_not_send_is_refused()
    {
        _network.SetPolicy(Policy.AnyMember with
        {
            Produce = [new PolicyRule { Topics = ["*"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["service"] = ["shop"] } }],
        });
        var session = _network.Enroll().Session(Topic);
        _network.Append(Sessions, session.Announcement);
        _network.Settle();

        Assert.That(_consumer.Ring.Sessions[session.Statement.Id].Refusal, Is.EqualTo(FailureReason.ProducerDenied));
    }

    [Test]
    public void A_record_that_we_signed_and_did_not_make_says_that_we_were_copied()
    {
        var vault = new DurableVault();
        var original = _network.Join(produce: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(5));
        _network.Join(produce: [Topic], vault: vault.Copy("identity", "project"));
        _network.Pass(TimeSpan.FromSeconds(5));

        Assert.Multiple(() =>
        {
            Assert.That(original.Ring.Failure?.Reason, Is.EqualTo(FailureReason.IdentityCloned));
            Assert.That(original.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.IdentityCloned));
            Assert.That(_network.Log.Lines, Has.Some.StartsWith("Critical:").And.Contains(original.Identifier));
        });
    }

    [Test]
    public void A_restart_is_no_copy()
    {
        var vault = new DurableVault();
        for (var i = 0; i < 3; i++)
        {
            var member = _network.Join(produce: [Topic], consume: [Topic], vault: vault);
            _network.Pass(TimeSpan.FromSeconds(2));

            Assert.That(member.Ring.Failure, Is.Null);
            _network.Kill(member);
        }
    }

    [Test]
    public void Two_documents_of_one_version_stop_everything()
    {
        var project = _network.Project;
        var other = ProjectDocument.Sign(project.Document.Claims with { Version = project.Document.Version + 1, Name = "other" }, project.AuthorityKey);
        _network.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "x" }] });
        _network.Append(ControlPartition.Authority, other.Record);
        _network.Settle();

        Assert.That(_producer.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ProjectInvalid));
        Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.ProjectInvalid));
    }

    [Test]
    public void An_older_document_is_never_taken()
    {
        var old = _network.Project.Document.Record;
        _network.SetPolicy(Policy.AnyMember with { Produce = [] });
        _network.Append(ControlPartition.Authority, old);
        _network.Settle();

        Assert.That(_producer.Ring.Project.Reference, Is.EqualTo(_network.Project.Document.Reference));
        Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.ProducerNotAuthorized));
    }

    private static byte[] Mutate(SeededGenerator random, string record)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(record);
        switch (random.Next(6))
        {
            case 0:
                return random.Bytes(random.Next(400));
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                var parts = record.Split('.');
                return System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{MutatedText(random, parts[1])}.{parts[2]}");
            case 4:
                return [.. bytes, .. random.Bytes(1 + random.Next(10))];
            default:
                return [.. bytes, .. bytes];
        }
    }

    // The payload with a character changed: still JSON, most of the time.
    private static string MutatedText(SeededGenerator random, string base64Url)
    {
        var payload = System.Buffers.Text.Base64Url.DecodeFromChars(base64Url);
        var position = random.Next(payload.Length);
        payload[position] = (byte)random.Pick("0123456789abcxyzABC\"{}[],:".Where(character => character != payload[position]).ToList());
        return System.Buffers.Text.Base64Url.EncodeToString(payload);
    }

    private KeyPackage PackageOf(NetworkMember member) => _network.In(ControlPartition.Members, RecordTypes.KeyPackage)
        .Select(KeyPackage.Read)
        .Last(package => package?.Member == member.Identifier)!;
}
