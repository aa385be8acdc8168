using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Members that are removed, in processes of their own.</summary>
[TestFixture]
public class RemovalTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task A_removed_consumer_that_runs_on_with_its_vault_cannot_open_the_next_message([Values] RevocationKind kind)
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var stays = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()));
        await stays.UntilAsync(MemberEventKind.Ready);
        var vaultFile = project.Folder["removed"];
        await using var removed = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { VaultFile = vaultFile });
        var identifier = (await removed.UntilAsync(MemberEventKind.Ready)).Identifier!;
        await using var producer = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with { Count = 0 });
        await producer.UntilAsync(MemberEventKind.Ready);
        await producer.SendAsync("before");
        var before = await removed.UntilAsync(MemberEventKind.Received);

        await project.Authority.RevokeAsync(identifier, kind);
        await producer.UntilLoggedAsync("ProjectChanged");
        var session = await producer.UntilLoggedAsync("SessionAnnounced");
        await producer.SendAsync("next");
        var next = await stays.UntilAsync(MemberEventKind.Received, message => message.Value == "next");
        var refused = await removed.UntilAsync(MemberEventKind.Received);
        await removed.KillAsync();

        // Its own judgement taken away: whatever is in its vault, with whatever is on Kafka.
        var records = RawKafka.ReadAll(project.Kafka);
        using var key = VaultKey.FromFile(MemberSettings.KeyFileOf(vaultFile));
        using var thief = new VaultThief(vaultFile, key);
        var broken = thief.Break(
            [.. records.Where(record => record.Topic != Topic).Select(record => Jws.TryParse(record.Message.Value)).OfType<Jws>()],
            project.Authority.Project.Kem!);
        Assert.Multiple(() =>
        {
            Assert.That(before.Value, Is.EqualTo("before"), before.Message);
            Assert.That((refused.Value, refused.Reason), Is.EqualTo(((string?)null, FailureReason.Revoked)));
            Assert.That(next.Session, Is.EqualTo(session.Details!["Session"]).And.Not.EqualTo(before.Session));
            Assert.That(broken.Keys.Select(session => session.ToString()), Has.Some.EqualTo(before.Session).And.None.EqualTo(next.Session));
        });
    }

    [TestCase(RevocationKind.Departed)]
    [TestCase(RevocationKind.Compromised)]
    public async Task The_past_of_a_departed_producer_is_honoured_and_that_of_a_compromised_one_is_refused(RevocationKind kind)
    {
        // Its clock is ahead by less than clocks may be, so that what was sent was sent before the removal, and not in the same second.
        await using var project = await TestProjectOnKafka.StartAsync(options => options.TimeProvider = new OffsetTimeProvider(TimeSpan.FromSeconds(30)));
        var settings = project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { VaultFile = project.Folder["consumer"], Delay = Delay };
        var there = MemberProcess.Start(settings);
        await there.UntilAsync(MemberEventKind.Ready);
        string identifier;
        await using (var producer = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with { Count = 0 }))
        {
            identifier = (await producer.UntilAsync(MemberEventKind.Ready)).Identifier!;
            await producer.SendAsync("the past");
            Assert.That((await there.UntilAsync(MemberEventKind.Received)).Value, Is.EqualTo("the past"));

            await project.Authority.RevokeAsync(identifier, kind);
            await producer.UntilLoggedAsync("NotReady", details => details["Reason"] == $"{FailureReason.Revoked}");
            producer.Send("after the removal");
            Assert.That((await producer.UntilAsync(MemberEventKind.Refused)).Reason, Is.EqualTo(FailureReason.Revoked));
        }

        await there.DisposeAsync();

        // A member that was there reads the topic again, and a newcomer gets the keys from it, where it has them.
        await using var again = MemberProcess.Start(settings);
        await again.UntilAsync(MemberEventKind.Ready);
        await using var newcomer = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()) with { Delay = Delay });
        MemberEvent[] messages = [await again.UntilAsync(MemberEventKind.Received), await newcomer.UntilAsync(MemberEventKind.Received)];

        Assert.Multiple(() =>
        {
            Assert.That(RawKafka.Count(project.Kafka, Topic), Is.EqualTo(1));
            if (kind == RevocationKind.Departed)
                Assert.That(messages.Select(message => (message.Value, message.Producer)), Is.All.EqualTo(("the past", identifier)));
            else
                Assert.That(messages.Select(message => (message.Value, message.Reason)), Is.All.EqualTo(((string?)null, FailureReason.ProducerRevoked)));
        });
    }
}
