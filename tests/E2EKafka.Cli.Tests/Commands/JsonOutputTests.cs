using System.Text.Json;

namespace E2EKafka.Cli.Tests;

/// <summary>With <c>--output json</c> each command that does something prints what it has done, and nothing else, on standard output.</summary>
public class JsonOutputTests
{
    private CliProject _project = null!;

    [SetUp]
    public async Task SetUp() => _project = await CliProject.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task What_an_owner_does_is_printed()
    {
        var host = await _project.JoinAsync("producer2", "--attribute", "role=writer");
        var identifier = await host.IdentifierOfAsync("producer2");
        var created = await DoneAsync("ticket", "create", "--attribute", "role=reader", "--uses", "3", "--expires-in", "1h");
        var cancelled = await DoneAsync("ticket", "cancel", created.GetProperty("id").GetString()!);
        var set = await DoneAsync("member", "set", identifier, "--attribute", "role=reader");
        _project.Owner.Write("policy.json", (await _project.OwnerAsync("policy", "show")).Succeeds().Output);
        var policy = await DoneAsync("policy", "set", "policy.json");
        var rotated = await DoneAsync("authority", "rotate-keys");
        var rotatedIdentity = (await host.RunAsync("identity", "rotate", "producer2", "--kafka-config", "kafka.config", "--output", "json")).Succeeds().Json;
        var revoked = await DoneAsync("member", "revoke", identifier, "--departed");

        Assert.Multiple(() =>
        {
            Assert.That(EnrollmentTicket.HashOf(EnrollmentTicket.Parse(created.GetProperty("ticket").GetString()!).Secret), Is.EqualTo(created.GetProperty("id").GetString()));
            Assert.That(created.GetProperty("uses").GetInt32(), Is.EqualTo(3));
            Assert.That(created.GetProperty("attributes").GetProperty("role").GetString(), Is.EqualTo("reader"));
            Assert.That(created.TryGetProperty("file", out _), Is.False);
            Assert.That(cancelled.GetProperty("members").GetArrayLength(), Is.Zero);
            Assert.That(set.GetProperty("attributes").GetProperty("role").GetString(), Is.EqualTo("reader"));
            Assert.That(rotated.GetProperty("version").GetInt64(), Is.GreaterThan(policy.GetProperty("version").GetInt64()));
            Assert.That(rotatedIdentity.GetProperty("identifier").GetString(), Is.EqualTo(identifier));
            Assert.That(revoked.GetProperty("removedAs").GetString(), Is.EqualTo("departed"));
            Assert.That(revoked.GetProperty("version").GetInt64(), Is.GreaterThan(rotated.GetProperty("version").GetInt64()));
        });
    }

    [Test]
    public async Task A_ticket_in_a_file_is_its_owners_alone_and_not_printed()
    {
        var run = (await _project.OwnerAsync("ticket", "create", "--out", "members.ticket", "--output", "json")).Succeeds();
        var text = (await _project.OwnerAsync("ticket", "create", "--out", "more.ticket")).Succeeds();

        var file = _project.Owner["members.ticket"];
        Assert.Multiple(() =>
        {
            Assert.That(run.Json.GetProperty("file").GetString(), Is.EqualTo(Path.GetFullPath(file)));
            Assert.That(run.Json.TryGetProperty("ticket", out _), Is.False);
            Assert.That(EnrollmentTicket.HashOf(EnrollmentTicket.Parse(File.ReadAllText(file)).Secret), Is.EqualTo(run.Json.GetProperty("id").GetString()));
            Assert.That(text.OutputBytes, Is.Empty);
            Assert.That(text.Error, Does.Contain("more.ticket").And.Contain("for one member, until"));
            if (!OperatingSystem.IsWindows())
                Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        });
    }

    [Test]
    public async Task A_file_that_is_there_is_not_overwritten_and_no_ticket_is_made()
    {
        _project.Owner.Write("old.ticket", "kept");

        (await _project.OwnerAsync("ticket", "create", "--out", "old.ticket")).Fails(ExitCode.Usage, "exists already");
        (await _project.OwnerAsync("ticket", "create", "--out", "nowhere/new.ticket")).Fails(ExitCode.Usage, "cannot be made");

        Assert.That(File.ReadAllText(_project.Owner["old.ticket"]), Is.EqualTo("kept"));
        Assert.That((await DoneAsync("ticket", "list")).GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_file_without_a_ticket_is_not_left()
    {
        (await _project.StopAuthorityAsync()).Succeeds();
        (await _project.Owner.RunAsync("ticket", "create", "--out", "new.ticket", "--home", "another")).Fails(1, "is not in this home");

        Assert.That(File.Exists(_project.Owner["new.ticket"]), Is.False);
    }

    [Test]
    public async Task Messages_that_were_sent_are_counted()
    {
        var host = await _project.JoinAsync("producer2");
        _project.Cluster.CreateTopic("orders");

        using var lines = new MemoryStream("one\ntwo\n"u8.ToArray());
        var run = (await host.RunAsync(["produce", "--identity", "producer2", "--topic", "orders", "--kafka-config", "kafka.config", "--output", "json"], lines)).Succeeds();

        Assert.That(run.Json.GetProperty("delivered").GetInt64(), Is.EqualTo(2));
        Assert.That(run.Json.GetProperty("failed").GetInt64(), Is.Zero);
    }

    [Test]
    public async Task The_authority_prints_what_it_serves()
    {
        (await _project.StopAuthorityAsync()).Succeeds();
        await using var authority = new RunningCommand(_project.Owner, Stream.Null, "authority", "run", "--kafka-config", "kafka.config", "--output", "json");
        await authority.SaysAsync("Ctrl-C ends");

        var run = (await authority.InterruptAsync()).Succeeds();

        Assert.That(run.Json.GetProperty("project").GetString(), Is.EqualTo(_project.Project.Id));
        Assert.That(run.Json.GetProperty("version").GetInt64(), Is.GreaterThanOrEqualTo(_project.Project.Version));
    }

    [Test]
    public async Task Control_topics_and_rights_are_printed()
    {
        var printed = await DoneAsync("topics", "print", "--topic", "orders", "--consumer-principal", "User:billing", "--replication-factor", "3");

        var topics = printed.GetProperty("topics").EnumerateArray().ToDictionary(topic => topic.GetProperty("name").GetString()!);
        var rights = printed.GetProperty("rights").EnumerateArray().Where(right => right.GetProperty("principal").GetString() == "User:billing").ToList();
        Assert.Multiple(() =>
        {
            Assert.That(topics.Keys, Is.EquivalentTo(_project.Project.ControlTopics.Select(topic => topic.Name)));
            Assert.That(topics["_e2ekafka.grants"].GetProperty("settings").GetProperty("message.timestamp.type").GetString(), Is.EqualTo("LogAppendTime"));
            Assert.That(topics["_e2ekafka.grants"].GetProperty("replicationFactor").GetInt32(), Is.EqualTo(3));
            Assert.That(rights.Single(right => right.GetProperty("name").GetString() == "orders").GetProperty("operations").EnumerateArray().Select(operation => operation.GetString()), Is.EqualTo(["Read"]));
            Assert.That(rights.Single(right => right.GetProperty("resource").GetString() == "Group").GetProperty("isPrefix").GetBoolean(), Is.True);
        });
        (await _project.OwnerAsync("topics", "print", "--format", "terraform", "--output", "json")).Fails(ExitCode.Usage, "two forms");
    }

    [Test]
    public async Task The_Kafka_for_trying_things_out_says_where_it_listens()
    {
        using var host = new CliHost();
        using var interrupt = new CancellationTokenSource();
        using var output = new SignallingStream();
        var running = E2EKafkaCli.RunAsync(["dev-cluster", "--port", "0", "--output", "json"], host.SurroundingsOf(Stream.Null, output, TextWriter.Null), interrupt.Token);
        await output.Written;
        await interrupt.CancelAsync();

        Assert.That(await running, Is.Zero);
        Assert.That(JsonDocument.Parse(output.ToArray()).RootElement.GetProperty("bootstrapServers").GetString(), Does.Match(@"^127\.0\.0\.1:\d+$"));
    }

    private async Task<JsonElement> DoneAsync(params string[] args) => (await _project.OwnerAsync([.. args, "--output", "json"])).Succeeds().Json;

    private sealed class SignallingStream : MemoryStream
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            _written.TrySetResult();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            _written.TrySetResult();
        }
    }
}
