namespace E2EKafka.Cli.Tests;

/// <summary>A command that waits ends when what it waits with cannot come back, and says why.</summary>
public class EndedMemberTests
{
    private const string Kafka = "--kafka-config=kafka.config";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private CliProject _project = null!;

    [SetUp]
    public async Task SetUp() => _project = await CliProject.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task A_consumer_whose_member_is_removed_ends_and_leaves_its_vault([Values] RevocationKind kind)
    {
        _project.Cluster.CreateTopic("orders");
        var host = await _project.JoinAsync("consumer");
        await using var consumer = new RunningCommand(host, Stream.Null, "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");

        await RevokeAsync(host, "consumer", kind);

        (await consumer.EndAsync().WaitAsync(Patience)).Fails(1, "'consumer' has stopped (Revoked): This member was removed from the project, for good.");
        Assert.That((await host.RunAsync("status", "--identity", "consumer", Kafka)).Output, Does.Contain("not running; started to ask"));
    }

    [Test]
    public async Task A_producer_that_waits_for_its_next_line_ends_when_its_member_is_removed()
    {
        _project.Cluster.CreateTopic("orders");
        var host = await _project.JoinAsync("producer");
        using var input = new SilentInput();
        await using var producer = new RunningCommand(host, input, "produce", "--identity", "producer", "--topic", "orders", Kafka);
        await producer.SaysAsync("No consumer is ready");

        await RevokeAsync(host, "producer", RevocationKind.Departed);

        (await producer.EndAsync().WaitAsync(Patience)).Fails(1, "'producer' has stopped (Revoked)");
    }

    [Test]
    public async Task An_authority_whose_keys_were_replaced_by_a_copy_of_it_ends()
    {
        (await _project.StopAuthorityAsync()).Succeeds();
        using var copy = new CliHost();
        foreach (var file in Directory.EnumerateFiles(_project.Owner["data"], "*", SearchOption.AllDirectories))
        {
            var path = copy[Path.GetRelativePath(_project.Owner["."], file)];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }

        foreach (var file in (string[])["project.json", "kafka.config"])
            File.Copy(_project.Owner[file], copy[file]);
        await using var authority = new RunningCommand(_project.Owner, Stream.Null, "authority", "run", Kafka);
        await authority.SaysAsync("Ctrl-C ends");

        (await copy.RunAsync("authority", "rotate-keys", Kafka)).Succeeds();

        (await authority.EndAsync().WaitAsync(Patience)).Fails(1, "The authority has stopped by itself (VaultCorrupt)");
    }

    [TestCase(FailureReason.Revoked, true)]
    [TestCase(FailureReason.IdentityCloned, true)]
    [TestCase(FailureReason.VaultUnavailable, true)]
    [TestCase(FailureReason.VaultCorrupt, true)]
    [TestCase(FailureReason.NotEnrolled, true)]
    [TestCase(FailureReason.CredentialExpired, false)]
    [TestCase(FailureReason.BrokerUnreachable, false)]
    [TestCase(FailureReason.ProjectInvalid, false)]
    [TestCase(FailureReason.ProjectOutdated, false)]
    [TestCase(FailureReason.ControlTopicMissing, false)]
    [TestCase(FailureReason.NotReady, false)]
    public void Only_what_cannot_pass_ends_a_command(FailureReason reason, bool isFinal) => Assert.That(MemberEnd.IsFinal(reason), Is.EqualTo(isFinal));

    private async Task RevokeAsync(CliHost host, string identity, RevocationKind kind) =>
        (await _project.OwnerAsync("member", "revoke", await host.IdentifierOfAsync(identity), $"--{kind.ToString().ToLowerInvariant()}")).Succeeds();

    /// <summary>A terminal on which nothing is typed.</summary>
    private sealed class SilentInput : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }
}
