using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a member does while the authority's records come one by one, late, or not at all.</summary>
[TestFixture]
public class AuthorityRecordTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private NetworkMember _producer = null!;
    private NetworkMember _consumer = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        _producer = _network.Join(produce: [Topic]);
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void While_a_record_of_removals_is_missing_nothing_is_sent_opened_or_refused_for_good()
    {
        var message = _producer.Send(Topic);
        _network.Project.Authority.TakeUnpublished();
        _network.Project.Authority.Revoke(_network.Enroll().Identifier, RevocationKind.Departed);
        var records = _network.Project.Authority.TakeUnpublished();
        _network.Append(ControlPartition.Authority, records[1]);
        _network.Settle();
        var session = _network.Enroll().Session(Topic);
        _network.Append(_network.SessionsOf(Topic), session.Announcement);
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(_producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.ProjectOutdated));
            Assert.That(_consumer.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.ProjectOutdated));
            Assert.That(_consumer.Exchange.Inbox.Waiting, Is.Positive, "the announcement waits");
        });

        _network.Append(ControlPartition.Authority, records[0]);
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(_consumer.WhyItCannotOpen(Topic, message), Is.Null);
            Assert.That(_consumer.Ring.Sessions.ContainsKey(session.Statement.Id), "it was judged, and not refused");
            Assert.That(_producer.WhyItCannotSend(Topic), Is.Null);
        });
    }

    [Test]
    public void A_member_that_restarts_while_the_authority_changes_its_key_has_kept_what_was_announced([Values] bool isForgedToo)
    {
        var message = _producer.Send(Topic);
        _network.Project.Authority.TakeUnpublished();
        _network.Project.Authority.RotateKeys();
        var records = _network.Project.Authority.TakeUnpublished();
        foreach (var record in records.SkipLast(1))
        {
            _network.Append(ControlPartition.Authority, record);

            // The same with the signature of another.
            if (isForgedToo)
                _network.Append(ControlPartition.Authority, record[..^86] + message.Length.ToString("x86", System.Globalization.CultureInfo.InvariantCulture));
        }

        _network.Pass(TimeSpan.FromSeconds(10));
        var vault = _consumer.Vault;
        _consumer.Exchange.WriteCheckpoint();
        _network.Kill(_consumer);

        // Its next life begins behind the key change and the credentials.
        _consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Append(ControlPartition.Authority, records[^1]);
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(_consumer.Ring.Project.Record, Is.EqualTo(records[^1]));
            Assert.That(_consumer.Ring.Failure, Is.Null, "its own credential is by the new key");
            Assert.That(_consumer.WhyItCannotOpen(Topic, message), Is.Null, "so is the producer's");
        });
    }

    [Test]
    public void A_member_whose_credential_is_by_a_replaced_key_renews_without_a_ticket()
    {
        var vault = _consumer.Vault;
        _consumer.Exchange.WriteCheckpoint();
        _network.Kill(_consumer);
        _network.Project.Authority.TakeUnpublished();
        _network.Append(ControlPartition.Authority, _network.Project.Authority.RotateKeys().Record); // its credential was not published again
        _network.Project.Authority.TakeUnpublished();
        _network.Settle();

        _consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.That(_consumer.Ring.Failure, Is.Null);
    }

    [Test]
    public void A_document_that_is_not_in_force_yet_stops_the_next_process_too()
    {
        var (vault, ticket, projectFile) = (_consumer.Vault, _network.Project.Ticket(), ProjectDocument.Parse(_network.Project.Document.ToJson()));
        _network.Project.Authority.TakeUnpublished();
        _network.Project.Authority.Revoke(_network.Enroll().Identifier, RevocationKind.Departed);
        var records = _network.Project.Authority.TakeUnpublished();
        _network.Append(ControlPartition.Authority, records[1]); // its removals are withheld
        _network.Pass(TimeSpan.FromSeconds(10));
        _consumer.Exchange.WriteCheckpoint();
        _network.Kill(_consumer);
        _network.In(ControlPartition.Authority).RemoveAll(record => ControlNetwork.TextOf(record) == records[1]); // so is the document, from now on

        using var next = new NetworkMember(_network, vault, ticket, new KeyLifetimes(), projectFile);
        next.Step();
        Assert.That(next.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ProjectOutdated));

        _network.Append(ControlPartition.Authority, records[0]);
        next.Step();
        Assert.That(next.Ring.Failure, Is.Null);
        Assert.That(next.Exchange.Project.Record, Is.EqualTo(records[1]));
    }

    [Test]
    public void Two_documents_of_one_version_stop_the_next_process_too()
    {
        var vault = _consumer.Vault;
        _network.Append(ControlPartition.Authority, ProjectDocument.Sign(_network.Project.Document.Claims with { Name = "other" }, _network.Project.AuthorityKey).Record);
        _network.Pass(TimeSpan.FromSeconds(10));
        _consumer.Exchange.WriteCheckpoint();
        _network.Kill(_consumer);

        _consumer = _network.Join(consume: [Topic], vault: vault);
        Assert.That(_consumer.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ProjectInvalid));

        _network.SetPolicy(Policy.AnyMember with { Produce = [] });
        _network.Settle();
        Assert.That(_consumer.Ring.Failure, Is.Null, "a higher version ends it");
    }

    [Test]
    public void A_process_that_is_killed_right_after_a_removal_begins_with_the_document_in_force([Values] bool isRotated)
    {
        var projectFile = ProjectDocument.Parse(_network.Project.Document.ToJson());
        if (isRotated)
            _network.Project.Authority.RotateKeys();
        Remove(_network.Enroll());
        _network.Settle();
        var (vault, ticket) = (_consumer.Vault, _network.Project.Ticket());
        _network.Kill(_consumer); // its checkpoint is written every five seconds

        using var next = new NetworkMember(_network, vault, ticket, new KeyLifetimes(), projectFile);
        next.Exchange.Advance();
        Assert.Multiple(() =>
        {
            Assert.That(next.Exchange.Project.Reference, Is.EqualTo(_network.Project.Document.Reference));
            Assert.That(next.Exchange.Credential, Is.Not.Null);
            Assert.That(next.Exchange.Report.Skipped, Is.Empty);
        });
    }

    [Test]
    public void A_restart_keeps_what_was_judged_under_the_document_in_force()
    {
        var projectFile = ProjectDocument.Parse(_network.Project.Document.ToJson());
        var message = _producer.Send(Topic);
        _network.Project.Authority.RotateKeys();
        Remove(_network.Enroll());
        _network.Pass(TimeSpan.FromSeconds(10));
        var (vault, ticket) = (_consumer.Vault, _network.Project.Ticket());
        _consumer.Exchange.WriteCheckpoint();
        _network.Kill(_consumer);
        for (var life = 0; life < 2; life++)
        {
            using var next = new NetworkMember(_network, vault, ticket, new KeyLifetimes(), projectFile);
            next.Exchange.Advance();
            Assert.That(next.Exchange.Judge(_producer.Sending(Topic).Current!.Statement), Is.Null, "its producer and its session are known");
            Assert.That(next.Ring.Sessions[SessionId.Read(message.AsSpan(2))].Keys, Is.Not.Null);
            next.Exchange.WriteCheckpoint();
        }
    }

    [Test]
    public void A_member_that_only_the_replaced_key_made_loses_what_it_could_read()
    {
        using var thief = SigningKey.Generate();
        var claims = _network.Enroll().Credential.Claims;
        var forged = Jws.Sign(RecordTypes.Credential, _network.Project.AuthorityKey,
            claims with { Sub = thief.Public.Thumbprint, Cnf = new ConfirmationKey(thief.Public.Jwk) }, RecordJson.Default.CredentialClaims);
        _network.Append(ControlPartition.Authority, forged);
        _network.Settle();
        var before = _producer.SessionOf(Topic);
        _network.Project.Authority.RotateKeys();
        _network.PublishDocument();
        _network.Settle();
        Assert.That(_producer.SessionOf(Topic), Is.Not.EqualTo(before));
    }

    [Test]
    public async Task When_the_head_of_its_topic_is_gone_the_authority_publishes_everything_again_once()
    {
        var patience = TimeSpan.FromSeconds(30);
        FakeControlLog log = null!;
        await using var service = new AuthorityService(_network.Project.Authority, sink => log = new FakeControlLog(sink), _network.Clock, _network.Log);
        service.Start();
        await service.WaitUntilServingAsync(patience, default);
        var first = log.Published[0].Records;
        Assert.That(first, Has.Some.EqualTo(_network.Project.Document.Record));
        Assert.That(first, Has.Count.GreaterThan(2), "credentials");
        IControlLogSink sink = service;
        foreach (var start in (long[])[0, 0])
            sink.LogStartFound(ControlPartition.Authority, start);
        sink.LogStartFound(ControlPartition.Requests, 7);
        await ChangeAsync();
        var before = log.Published.Count;
        foreach (var start in (long[])[5, 5, 3, 5])
            sink.LogStartFound(ControlPartition.Authority, start);
        Assert.That(SpinWait.SpinUntil(() => log.Published.Count > before, patience));
        await ChangeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(log.Published.Take(before).Count(publication => publication.Records.Count > 1), Is.EqualTo(1));
            Assert.That(log.Published.Skip(before).Count(publication => publication.Records.SequenceEqual(first)), Is.EqualTo(1));
        });

        // What was posted before it is done.
        Task ChangeAsync() => service.ChangeAsync(() => { }, default).WaitAsync(patience);
    }

    [Test]
    public async Task What_the_authority_publishes_waits_for_what_failed_before_it()
    {
        var patience = TimeSpan.FromSeconds(30);
        FakeControlLog log = null!;
        await using var service = new AuthorityService(_network.Project.Authority, sink => log = new FakeControlLog(sink), _network.Clock, _network.Log);
        service.Start();
        await service.WaitUntilServingAsync(patience, default);
        var before = log.Published.Count;
        log.Acknowledges = false;
        ProjectDocument first = null!, second = null!;
        var rotated = service.ChangeAsync(() => first = _network.Project.Authority.RotateKeys(), default);
        SpinWait.SpinUntil(() => log.Published.Count > before, patience);
        var changed = service.ChangeAsync(() => second = _network.Project.Authority.SetPolicy(Policy.AnyMember), default);
        SpinWait.SpinUntil(() => second is not null, patience);
        Assert.That(log.Published, Has.Count.EqualTo(before + 1), "the second waits");

        log.Acknowledges = true;
        ((IControlLogSink)service).Written(log.Published[before], Acknowledgement.Failed);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var third = service.ChangeAsync(heard.SetResult, default);
        await heard.Task.WaitAsync(patience);
        Assert.That(log.Published, Has.Count.EqualTo(before + 1), "it pauses before it tries again");

        _network.Clock.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(rotated, changed, third).WaitAsync(patience);
        var records = log.Published.Skip(before + 1).SelectMany(publication => publication.Records).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(records.Take(log.Published[before].Records.Count), Is.EqualTo(log.Published[before].Records), "all of the first again");
            Assert.That(records.IndexOf(first.Record), Is.LessThan(records.IndexOf(second.Record)));
        });
    }

    [Test]
    public async Task The_authority_writes_no_more_than_a_thousand_records_at_once()
    {
        var patience = TimeSpan.FromSeconds(30);
        for (var i = 0; i < 1_500; i++)
            _network.Project.Join();
        FakeControlLog log = null!;
        await using var service = new AuthorityService(_network.Project.Authority, sink => log = new FakeControlLog(sink), _network.Clock, _network.Log);
        service.Start();
        await service.WaitUntilServingAsync(patience, default);

        Assert.That(log.Published.Select(publication => publication.Records.Count), Is.All.LessThanOrEqualTo(1_000));
        Assert.That(log.Published.Sum(publication => publication.Records.Count), Is.GreaterThan(1_500));
    }

    [Test]
    public void A_member_that_was_down_while_the_authority_changed_its_key_still_knows_who_reads()
    {
        var vault = new DurableVault();
        var reader = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(10));
        _network.Kill(producer);
        _network.Project.Authority.RotateKeys();
        _network.PublishDocument();
        _network.Settle();

        // Its project file is the newest; the credentials that it has kept are by the replaced key.
        producer = _network.Join(produce: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(10));

        Assert.That(reader.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_replaced_identity_key_ends_every_session_that_its_member_could_read()
    {
        var before = _producer.SessionOf(Topic);
        _consumer.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(_consumer.Exchange.IsRotatingIdentity, Is.False);
            Assert.That(_network.Project.Document.Claims.Narrowings, Has.Count.EqualTo(1));
            Assert.That(_producer.SessionOf(Topic), Is.Not.EqualTo(before));
            Assert.That(_consumer.Open(Topic, _producer.Send(Topic)), Is.EqualTo("hello"));
        });
    }

    private void Remove(TestMember member)
    {
        _network.Project.Authority.Revoke(member.Identifier, RevocationKind.Departed);
        _network.PublishDocument();
    }
}
