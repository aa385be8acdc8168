using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Processes that are away, or gone: the authority, a consumer, a producer.</summary>
[TestFixture]
public class AwayTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task Without_the_authority_members_work_then_fail_closed_and_when_it_is_back_renew_late_by_themselves()
    {
        // The shortest credentials there are, a minute, by a clock that is that much behind: they last some seconds.
        await using var project = await TestProjectOnKafka.StartAsync(options =>
        {
            options.TimeProvider = new OffsetTimeProvider(-TimeSpan.FromSeconds(46));
            options.CredentialLifetime = TimeSpan.FromMinutes(1);
        });
        await using var consumer = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { Delay = Delay });
        var reader = (await consumer.UntilAsync(MemberEventKind.Ready)).Identifier!;
        await using var producer = MemberProcess.Start(
            project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with
            {
                Delay = Delay,
                Count = 0,
                SessionLifetime = TimeSpan.FromSeconds(2),
            });
        var identifier = (await producer.UntilAsync(MemberEventKind.Ready)).Identifier!;

        await project.Authority.DisposeAsync();
        await producer.SendAsync("without the authority");
        Assert.That((await consumer.UntilAsync(MemberEventKind.Received)).Value, Is.EqualTo("without the authority"));

        await producer.UntilLoggedAsync("NotReady", Says(FailureReason.CredentialExpired));
        await consumer.UntilLoggedAsync("NotReady", Says(FailureReason.CredentialExpired));
        WaitForRequests(project, TimeProvider.System.GetUtcNow(), identifier, reader);
        var sentBefore = RawKafka.Count(project.Kafka, TestProjectOnKafka.Topic);
        producer.Send("in the meantime");
        await project.RestartAuthorityAsync();

        // The same processes, and the message that was waiting.
        await producer.UntilLoggedAsync("CredentialReceived");
        Assert.That((await producer.UntilAsync(MemberEventKind.Sent)).Value, Is.EqualTo("in the meantime"));
        await consumer.UntilLoggedAsync("CredentialReceived");
        await consumer.UntilLoggedAsync("Ready");
        var message = await consumer.UntilAsync(MemberEventKind.Received);
        Assert.Multiple(() =>
        {
            Assert.That(sentBefore, Is.EqualTo(1));
            Assert.That((message.Value, message.Producer), Is.EqualTo(("in the meantime", identifier)), message.Message);
        });
    }

    [Test]
    public async Task A_consumer_that_was_away_for_longer_than_a_session_catches_up_from_kafka_alone()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var settings = project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { VaultFile = project.Folder["consumer"] };
        string identifier;
        await using (var before = MemberProcess.Start(settings))
        {
            identifier = (await before.UntilAsync(MemberEventKind.Ready)).Identifier!;
            await before.KillAsync();
        }

        await using (var producer = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with
        {
            Count = 0,
            SessionLifetime = TimeSpan.FromSeconds(2),
        }))
        {
            await producer.UntilAsync(MemberEventKind.Ready);
            await producer.SendAsync("first");

            // The next may be announced already; the one after it is when the message's own has ended.
            await producer.UntilLoggedAsync("SessionAnnounced");
            await producer.UntilLoggedAsync("SessionAnnounced");
            await producer.SendAsync("second");
            await producer.KillAsync();
        }

        await using var consumer = MemberProcess.Start(settings);
        Assert.That((await consumer.UntilAsync(MemberEventKind.Ready)).Identifier, Is.EqualTo(identifier));
        var messages = new[] { await consumer.UntilAsync(MemberEventKind.Received), await consumer.UntilAsync(MemberEventKind.Received) };

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(message => message.Value), Is.EquivalentTo(["first", "second"]), messages[0].Message);
            Assert.That(messages.Select(message => message.Session).Distinct().Count(), Is.EqualTo(2), "the test is about something");
            Assert.That(Requests(project, identifier), Is.Empty, "no member was asked, or there to answer");
        });
    }

    [Test]
    public async Task A_consumer_that_was_away_for_longer_than_its_key_package_is_given_the_keys_when_it_is_back()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var settings = project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with
        {
            VaultFile = project.Folder["consumer"],
            KeyPackageLifetime = TimeSpan.FromSeconds(4),
            Delay = Delay,
        };
        string identifier;
        await using (var before = MemberProcess.Start(settings))
        {
            identifier = (await before.UntilAsync(MemberEventKind.Ready)).Identifier!;
            await before.KillAsync();
        }

        await using var producer = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with
        {
            VaultFile = project.Folder["producer"],
            Count = 0,
            SessionLifetime = TimeSpan.FromSeconds(2),
        });
        await producer.UntilAsync(MemberEventKind.Ready);

        // Under a session that is sealed to no one, because the one key package that there was has expired.
        await producer.UntilLoggedAsync("SessionAnnounced", details => details["Readers"] == "0");
        await producer.UntilLoggedAsync("SessionAnnounced", details => details["Readers"] == "0");
        await producer.SendAsync("while away");
        Assert.That(GrantsTo(project, identifier).Select(grant => grant.Session), Has.None.EqualTo(SessionOfMessage(project)), "the test is about something");

        await using var consumer = MemberProcess.Start(settings);
        var message = await consumer.UntilAsync(MemberEventKind.Received);
        Assert.Multiple(() =>
        {
            Assert.That(message.Value, Is.EqualTo("while away"), message.Message);
            Assert.That(GrantsTo(project, identifier).Select(grant => grant.Session), Has.Some.EqualTo(SessionOfMessage(project)));
        });
    }

    [Test]
    public async Task A_later_consumer_gets_the_keys_of_a_producer_that_is_gone_for_good_from_a_peer()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var peer = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { Delay = Delay });
        var peerIdentifier = (await peer.UntilAsync(MemberEventKind.Ready)).Identifier;
        string producerIdentifier;
        await using (var producer = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with { Count = 0 }))
        {
            producerIdentifier = (await producer.UntilAsync(MemberEventKind.Ready)).Identifier!;
            await producer.SendAsync("left behind");
            await producer.KillAsync();
        }

        await using var late = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { Delay = Delay });
        var lateIdentifier = (await late.UntilAsync(MemberEventKind.Ready)).Identifier!;
        var message = await late.UntilAsync(MemberEventKind.Received);

        Assert.Multiple(() =>
        {
            Assert.That((message.Value, message.Producer, message.ProvenBy), Is.EqualTo(("left behind", producerIdentifier, MessageProof.Signature)), message.Message);
            Assert.That(GrantsTo(project, lateIdentifier).Select(grant => grant.Sender).Distinct(), Is.EqualTo([peerIdentifier]));
        });
    }

    private static Func<IReadOnlyDictionary<string, string?>, bool> Says(FailureReason reason) => details => details["Reason"] == $"{reason}";

    /// <summary>Reads until members have asked for a credential in a later second: an authority that is back also answers what was asked before.</summary>
    private static void WaitForRequests(TestProjectOnKafka project, DateTimeOffset since, params IEnumerable<string> members)
    {
        using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
        while (!members.All(member => project.ControlRecordJudge(RecordTypes.AuthorityRequest)
            .Select(record => record.ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!)
            .Any(claims => claims.Sub == member && claims.Iat > since.ToUnixTimeSeconds())))
            patience.Token.ThrowIfCancellationRequested();
    }

    private static SessionId SessionOfMessage(TestProjectOnKafka project) =>
        SessionId.Read(RawKafka.Read(project.Kafka, TestProjectOnKafka.Topic).Single().Message.Value.AsSpan(2));

    private static IEnumerable<KeyRequestClaims> Requests(TestProjectOnKafka project, string member) =>
        project.ControlRecordJudge(RecordTypes.KeyRequest)
            .Select(record => record.ReadUnverified(RecordJson.Default.KeyRequestClaims)!)
            .Where(claims => claims.Sub == member);

    private static IEnumerable<(SessionId Session, string Sender)> GrantsTo(TestProjectOnKafka project, string member) =>
        project.ControlRecordJudge(RecordTypes.Grant)
            .Select(record => record.ReadUnverified(RecordJson.Default.GrantClaims)!)
            .SelectMany(claims => claims.Recipients.Where(recipient => recipient.Sub == member).SelectMany(recipient => recipient.Sessions)
                .Select(session => (session.Id, claims.Sub)));
}
