using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Producer, consumer and authority, in processes of their own, are killed again and again, and started again.</summary>
[TestFixture]
public class KilledProcessTests
{
    private const int Kills = 10;
    private const ulong Seed = 10;

    /// <summary>What a process is waited for before it is killed, and how long after that at most, in milliseconds.</summary>
    private static readonly (MemberEventKind After, int WithinMs)[] Producer =
    [
        (MemberEventKind.Started, 1500), // connects, enrolls, announces its first session
        (MemberEventKind.Ready, 100),
        (MemberEventKind.Sent, 100),
        (MemberEventKind.ManySent, 100), // takes one session after another
    ];

    private static readonly (MemberEventKind After, int WithinMs)[] Consumer =
    [
        (MemberEventKind.Started, 1500),
        (MemberEventKind.Ready, 500), // joins its group
        (MemberEventKind.Received, 300),
    ];

    private static readonly (MemberEventKind After, int WithinMs)[] Authority =
    [
        (MemberEventKind.Started, 1500), // reads what it said before
        (MemberEventKind.Ready, 500), // answers what has waited for it
    ];

    [TestCase(true)]
    [TestCase(false)]
    public async Task No_acknowledged_message_is_lost_when_processes_are_killed_at_random_instants(bool vaultsInFiles)
    {
        using var folder = new TemporaryFolder();
        await using var project = await ProjectOnBroker.StartSharedAsync(configure: options =>
        {
            options.Vault = null;
            options.VaultFile = folder["authority"];
            options.VaultKeyFile = MemberSettings.KeyFileOf(options.VaultFile);
        });
        var ticket = project.Authority.CreateTicket(uses: 10 * Kills);
        await using var traffic = await Traffic.StartAsync(project); // throughout
        await project.Authority.DisposeAsync();

        var authority = project.Settings(MemberRole.Authority, null) with { VaultFile = folder["authority"], StartupTimeout = AccidentPatience.Long };
        var producer = project.Settings(MemberRole.Produce, ticket) with
        {
            VaultFile = vaultsInFiles ? folder["producer"] : null,
            StartupTimeout = AccidentPatience.Long,
            TellEach = true,
            Count = 300,
            MessagesPerSession = 20,
        };
        var consumer = project.Settings(MemberRole.Consume, ticket) with
        {
            VaultFile = vaultsInFiles ? folder["consumer"] : null,
            StartupTimeout = AccidentPatience.Long,
            Delay = TimeSpan.FromMilliseconds(200),
            Group = project.DataTopic,
            GroupInstance = "consumer",
        };
        var producers = KillAsync(producer, Producer, Seed);
        var consumers = KillAsync(consumer, Consumer, Seed + 1);
        await KillAsync(authority, Authority, Seed + 2);
        await using var lastAuthority = MemberProcess.Start(authority); // the others may still need it
        var (sent, received) = (await producers, await consumers);
        await using var lastConsumer = MemberProcess.Start(consumer);

        var ofKilled = ValuesOf(sent, MemberEventKind.Sent);
        var acknowledged = (await traffic.EndAsync()).Union(ofKilled).ToList();
        TestContext.Out.WriteLine($"{acknowledged.Count} messages acknowledged, {ofKilled.Count} of them by {Kills} processes that were killed");
        Assert.That(ofKilled, Has.Count.GreaterThanOrEqualTo(Program.Many), "the test is about something");

        // A reader that was there, the group of consumers that were killed, and a member that enrolls when all is over.
        await traffic.Reading.HasReadAsync(acknowledged);
        traffic.Reading.AssertOnceAndInOrder();
        await lastConsumer.HasReadAsync(acknowledged.Except(ValuesOf(received, MemberEventKind.Received)));
        Assert.That(received.Concat(lastConsumer.Told).Where(told => told.Reason is not null).Select(told => told.ToLine()), Is.Empty);
        await using var newcomer = await project.ConnectAsync(ticket, options =>
        {
            options.Consume.Add(project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
        });
        await using var late = new ReadingApplication(project, newcomer);
        await late.HasReadAsync(acknowledged);
        late.AssertOnceAndInOrder();
    }

    /// <summary>Starts a process and kills it at a random instant, again and again. Returns all that they told.</summary>
    private static async Task<List<MemberEvent>> KillAsync(MemberSettings settings, (MemberEventKind After, int WithinMs)[] instants, ulong seed)
    {
        var random = new SeededGenerator(seed);
        var told = new List<MemberEvent>();
        for (var life = 0; life < Kills; life++)
        {
            var (after, withinMs) = random.Pick(instants);
            await using var process = MemberProcess.Start(settings with { Text = $"life {life} " });
            await process.UntilAsync(after);
            await Task.Delay(random.Next(withinMs));
            await process.KillAsync();
            told.AddRange(process.Told);
        }

        return told;
    }

    private static HashSet<string> ValuesOf(IEnumerable<MemberEvent> told, MemberEventKind kind) =>
        [.. told.Where(next => next.Kind == kind).Select(next => next.Value).OfType<string>()];
}
