using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>A producer that dies at any instant leaves no message that no one can open.</summary>
[TestFixture]
public class KilledProducerTests
{
    private const int Kills = 50;
    private const int Chains = 4;
    private const ulong Seed = 20;

    /// <summary>What a process is waited for before it is killed, and how long after that at most, in milliseconds.</summary>
    private static readonly (MemberEventKind After, int WithinMs)[] Instants =
    [
        (MemberEventKind.Started, 400), // joins: connects, enrolls, announces its first session
        (MemberEventKind.Ready, 100), // sends its first messages
        (MemberEventKind.FirstSent, 100),
        (MemberEventKind.ManySent, 100), // takes one session after another
        (MemberEventKind.ManySent, 100),
    ];

    private TestProjectOnKafka _project = null!;

    [Test]
    public async Task Producers_killed_at_random_instants_leave_no_record_that_the_consumer_cannot_open()
    {
        await using var project = _project = await TestProjectOnKafka.StartAsync();
        await using var member = await project.JoinAsync(options => options.Consume.Add(TestProjectOnKafka.Topic));
        using var allDead = new CancellationTokenSource();
        var reading = Task.Run(() => ReadToTheEnd(member, allDead.Token));

        // Several chains of processes, each started when the one before it was killed; every second one with a vault that outlives them.
        await Task.WhenAll(Enumerable.Range(0, Chains).Select(RunChainAsync));
        await allDead.CancelAsync();

        var messages = await reading;
        Assert.That(messages, Has.Count.EqualTo(RawKafka.Count(project.Kafka, TestProjectOnKafka.Topic)));
        Assert.That(messages.Where(message => !message.IsVerified).Select(message => message.ToString()), Is.Empty);
        var sessions = messages.GroupBy(message => message.Origin!.Session).ToList();
        var processesThatSent = messages.Select(message => message.Value.Split(' ')[0]).Distinct().Count();
        TestContext.Out.WriteLine($"{Kills} processes killed, {processesThatSent} had sent; {messages.Count} messages in {sessions.Count} sessions");
        Assert.Multiple(() =>
        {
            // The test is about something: some died before they had sent, some while they did, under sessions that changed all the time.
            Assert.That(processesThatSent, Is.InRange(Kills / 4, Kills - (Kills / 10)));
            Assert.That(sessions, Has.Count.GreaterThan(2 * processesThatSent));

            // The same nonce was never used twice, by the process or by the next one with its vault.
            Assert.That(sessions.Select(session => session.DistinctBy(message => message.Origin!.Sequence).Count()), Is.EqualTo(sessions.Select(session => session.Count())));
        });
    }

    private async Task RunChainAsync(int chain)
    {
        var random = new SeededGenerator(Seed + (ulong)chain);
        var ticket = _project.Authority.CreateTicket(uses: Kills);
        for (var number = chain; number < Kills; number += Chains)
        {
            var (after, withinMs) = random.Pick(Instants);
            var isDurable = chain % 2 == 0;
            await using var process = MemberProcess.Start(_project.Settings(MemberRole.Produce, ticket) with
            {
                VaultFile = isDurable ? _project.Folder[$"producer-{chain}"] : null,
                Text = $"{number} ",

                // Few enough that every process that has sent many has had several sessions.
                MessagesPerSession = random.Pick([5, 10, 20]),
                SessionLifetime = TimeSpan.FromSeconds(2),
            });
            await process.UntilAsync(after);

            // A record that the broker does not take at once is overtaken by those behind it, unless its caller waits for it.
            _project.Cluster.FailRequests(KafkaRequest.Produce, ErrorCode.NotEnoughReplicas, random.Next(4) + 1);
            await Task.Delay(random.Next(withinMs));
            await process.KillAsync();
        }
    }

    private List<Verified<string>> ReadToTheEnd(EndToEndKafka member, CancellationToken allDead)
    {
        using var reader = _project.NewReader(member);
        var messages = new List<Verified<string>>();
        long? end = null;
        while (end is null || messages.Count < end)
        {
            if (end is null && allDead.IsCancellationRequested)
                end = RawKafka.Count(_project.Kafka, TestProjectOnKafka.Topic);
            else if (reader.TryNext(end is null ? allDead : CancellationToken.None) is { } message)
                messages.Add(message);
        }

        return messages;
    }
}
