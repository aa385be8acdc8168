using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Whatever is wrong when a member starts, it is one exception that says what, where, and what to do.</summary>
[TestFixture]
public class SetupTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    /// <summary>No broker listens there.</summary>
    private const string NoBroker = "127.0.0.1:1";

    private TestProjectOnKafka _project = null!;

    [SetUp]
    public async Task StartProject() => _project = await TestProjectOnKafka.StartAsync();

    [TearDown]
    public async Task StopProject() => await _project.DisposeAsync();

    [Test]
    public async Task Everything_that_is_wrong_with_options_is_said_at_once()
    {
        var failure = await RefusedAsync(FailureReason.OptionsInvalid, options =>
        {
            options.Kafka.Remove("bootstrap.servers");
            options.TicketFile = "ticket";
            options.VaultFile = "vault";
            options.UseInMemoryVault = true;
            options.Produce.Add("orders *");
            options.StartupTimeout = TimeSpan.Zero;
            options.SessionTimeout = TimeSpan.FromDays(1);
        });

        foreach (var name in new[] { "BootstrapServers", "TicketFile", "UseInMemoryVault", "VaultKeyFile", "'orders *'", "StartupTimeout", "SessionTimeout" })
            Assert.That(failure.Message, Does.Contain(name));
    }

    [Test]
    public async Task A_setting_that_no_Kafka_client_knows_is_named() =>
        await RefusedAsync(FailureReason.OptionsInvalid, options => options.Kafka["no.such.setting"] = "1", "no.such.setting");

    [Test]
    public async Task A_broker_that_cannot_be_reached_is_named() =>
        await RefusedAsync(FailureReason.BrokerUnreachable, options =>
        {
            options.BootstrapServers = NoBroker;
            options.StartupTimeout = TimeSpan.FromSeconds(10); // a busy machine needs some to try the connection
        }, NoBroker, "BootstrapServers");

    [Test]
    public async Task An_authority_names_the_broker_that_it_cannot_reach()
    {
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "alone", BootstrapServers = NoBroker, UseInMemoryVault = true, StartupTimeout = TimeSpan.FromSeconds(10),
        });

        Says((await Assert.ThrowsAsync<EndToEndKafkaException>(() => authority.StartAsync()))!, FailureReason.BrokerUnreachable, NoBroker);
    }

    [Test]
    public async Task A_project_file_that_is_missing_is_named() =>
        await RefusedAsync(FailureReason.ProjectInvalid, options => UseProjectFile(options, _project.Folder["nowhere.json"]), _project.Folder["nowhere.json"], "owner");

    [TestCase("")]
    [TestCase("not JSON")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"project":null,"name":null,"authority":null,"document":null}""")]
    public async Task A_project_file_that_is_none_is_named(string content) => await RefusedProjectFileAsync(content);

    [Test]
    public async Task A_project_file_whose_readable_part_was_edited_is_refused() =>
        await RefusedProjectFileAsync(File.ReadAllText(_project.ProjectFile).Replace(@"""name"": ""test""", @"""name"": ""best""", StringComparison.Ordinal));

    [Test]
    public async Task A_project_file_whose_signed_part_was_edited_is_refused()
    {
        var content = File.ReadAllText(_project.ProjectFile);
        var middle = content.IndexOf(@"""document""", StringComparison.Ordinal) + 500;
        await RefusedProjectFileAsync(content[..middle] + (content[middle] == 'A' ? 'B' : 'A') + content[(middle + 1)..]);
    }

    [Test]
    public async Task A_project_file_of_another_project_is_refused_by_the_ticket_and_by_the_vault()
    {
        await using (await _project.JoinAsync(options => _project.KeepIn("member", options)))
        {
        }

        await using var other = OpenAuthority("other");
        await RefusedAsync(FailureReason.TicketForOtherProject, options => options.Project = other.Project, other.Project.Id, _project.Authority.Project.Id);
        await RefusedAsync(FailureReason.ProjectInvalid, options =>
        {
            options.Project = other.Project;
            options.Ticket = null;
            _project.KeepIn("member", options);
        }, other.Project.Id, _project.Authority.Project.Id);
    }

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(5_000)]
    public async Task A_vault_that_was_truncated_is_named(int size)
    {
        await MakeVaultAsync("member");
        var content = await File.ReadAllBytesAsync(_project.Folder["member"]);
        await File.WriteAllBytesAsync(_project.Folder["member"], content[..size]);

        await RefusedAsync(FailureReason.VaultCorrupt, options => _project.KeepIn("member", options), _project.Folder["member"], "backup");
    }

    [Test]
    public async Task A_vault_that_is_no_vault_is_named()
    {
        await MakeVaultAsync("member");
        await File.WriteAllTextAsync(_project.Folder["member"], string.Concat(Enumerable.Repeat("garbage ", 1_000)));

        await RefusedAsync(FailureReason.VaultCorrupt, options => _project.KeepIn("member", options), _project.Folder["member"], "backup");
    }

    [Test]
    public async Task A_vault_with_one_altered_byte_is_named()
    {
        await MakeVaultAsync("member");
        var content = await File.ReadAllBytesAsync(_project.Folder["member"]);

        // In the value of a row, which follows its name.
        var name = "identifier"u8;
        content[content.AsSpan().IndexOf(name) + name.Length + 5] ^= 1;
        await File.WriteAllBytesAsync(_project.Folder["member"], content);

        await RefusedAsync(FailureReason.VaultCorrupt, options => _project.KeepIn("member", options), _project.Folder["member"], "backup");
    }

    [Test]
    public async Task A_vault_whose_key_is_another_is_named()
    {
        await MakeVaultAsync("member");
        await MakeVaultAsync("other");

        await RefusedAsync(FailureReason.VaultKeyWrong, options =>
        {
            options.VaultFile = _project.Folder["member"];
            options.VaultKeyFile = MemberSettings.KeyFileOf(_project.Folder["other"]);
        }, _project.Folder["member"]);
    }

    [Test]
    public async Task A_vault_whose_key_file_is_missing_gets_no_new_one()
    {
        await MakeVaultAsync("member");
        var keyFile = MemberSettings.KeyFileOf(_project.Folder["member"]);
        File.Delete(keyFile);

        await RefusedAsync(FailureReason.VaultUnavailable, options => _project.KeepIn("member", options), keyFile);
        Assert.That(File.Exists(keyFile), Is.False);
    }

    [Test]
    public async Task A_vault_that_another_process_has_open_is_named_to_the_second_process()
    {
        var settings = _project.Settings(MemberRole.Consume, _project.Authority.CreateTicket()) with { VaultFile = _project.Folder["member"] };
        await using var first = MemberProcess.Start(settings);
        await first.UntilAsync(MemberEventKind.Ready);

        await using var second = MemberProcess.Start(settings);
        await second.UntilAsync(MemberEventKind.Started);
        var end = await second.NextAsync();
        Assert.That((end.Kind, end.Reason), Is.EqualTo((MemberEventKind.Failed, FailureReason.VaultLocked)), end.Message);
        Assert.That(end.Message, Does.Contain(_project.Folder["member"]));

        await RefusedAsync(FailureReason.VaultLocked, options => _project.KeepIn("member", options), _project.Folder["member"], "stop the other");

        // And it is free when the first is dead, whatever it died of.
        await first.KillAsync();
        await using var third = await _project.ConnectAsync(ticket: null, options => _project.KeepIn("member", options));
        Assert.That(third.IsReady);
    }

    [Test]
    public async Task Control_topics_that_are_missing_are_named_and_not_created()
    {
        await using var other = OpenAuthority("other", startupTimeout: TimeSpan.FromSeconds(3));
        var before = RawKafka.Topics(_project.Kafka);

        await RefusedAsync(FailureReason.ControlTopicMissing, options =>
        {
            options.Project = other.Project;
            options.Ticket = other.CreateTicket();
            options.Produce.Add(Topic);
        }, "other.authority", "other.members", "other.sessions", "other.grants", "other.requests", "CreateControlTopics");
        Says((await Assert.ThrowsAsync<EndToEndKafkaException>(() => other.StartAsync()))!, FailureReason.ControlTopicMissing, "other.sessions");

        Assert.That(RawKafka.Topics(_project.Kafka), Is.EquivalentTo(before));
    }

    [Test]
    public async Task A_member_that_is_not_ready_in_time_is_returned_and_becomes_ready_by_itself()
    {
        await using var other = OpenAuthority("tardy");
        await using var member = await EndToEndKafka.ConnectAsync(_project.Options(other.CreateTicket(), options =>
        {
            options.Project = other.Project;
            options.StartupTimeout = TimeSpan.FromSeconds(1);
        }));
        Says(member.NotReady!, FailureReason.ControlTopicMissing, "tardy.sessions");
        Says((await Assert.ThrowsAsync<EndToEndKafkaException>(() => member.WaitUntilReadyAsync()))!, FailureReason.ControlTopicMissing, "tardy.sessions");

        foreach (var topic in other.Project.ControlTopics)
            _project.Cluster.CreateTopic(topic.Name, topic.Partitions);
        await other.StartAsync();
        Assert.That(SpinWait.SpinUntil(() => member.IsReady, TestProjectOnKafka.Patience), $"{member.NotReady?.Message}");
    }

    [Test]
    public async Task A_control_topic_with_too_few_partitions_is_named()
    {
        await using var other = OpenAuthority("small");
        foreach (var topic in other.Project.ControlTopics)
            _project.Cluster.CreateTopic(topic.Name, topic.Name == "small.sessions" ? topic.Partitions - 1 : topic.Partitions);

        await RefusedAsync(FailureReason.ControlTopicMissing, options =>
        {
            options.Project = other.Project;
            options.Ticket = other.CreateTicket();
        }, "small.sessions", "7 partitions", "8");
    }

    [Test]
    public async Task An_authority_waits_for_control_topics_that_come_late()
    {
        await using var other = OpenAuthority("late");
        var serving = other.StartAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(300));

        foreach (var topic in other.Project.ControlTopics)
            _project.Cluster.CreateTopic(topic.Name, topic.Partitions);

        await serving;
        await using var member = await EndToEndKafka.ConnectAsync(_project.Options(other.CreateTicket(), options => options.Project = other.Project));
        Assert.That(member.IsReady);
    }

    private static void UseProjectFile(EndToEndKafkaOptions options, string path)
    {
        options.Project = null;
        options.ProjectFile = path;
    }

    private static EndToEndKafkaException Says(EndToEndKafkaException failure, FailureReason reason, params string[] words)
    {
        Assert.That((failure.Reason, failure.Message), Is.EqualTo((reason, failure.Message)));
        foreach (var word in words)
            Assert.That(failure.Message, Does.Contain(word));
        return failure;
    }

    private async Task RefusedProjectFileAsync(string content)
    {
        var path = _project.Folder["edited.json"];
        Assert.That(content, Is.Not.EqualTo(File.ReadAllText(_project.ProjectFile)), "the test is about something");
        File.WriteAllText(path, content);
        await RefusedAsync(FailureReason.ProjectInvalid, options => UseProjectFile(options, path), path, "owner");
    }

    private async Task<EndToEndKafkaException> RefusedAsync(FailureReason reason, Action<EndToEndKafkaOptions> configure, params string[] words) =>
        Says((await Assert.ThrowsAsync<EndToEndKafkaException>(() => _project.JoinAsync(configure)))!, reason, words);

    private async Task MakeVaultAsync(string name)
    {
        await using var member = await _project.JoinAsync(options => _project.KeepIn(name, options));
    }

    private CredentialAuthority OpenAuthority(string prefix, TimeSpan? startupTimeout = null)
    {
        var options = new CredentialAuthorityOptions
        {
            ProjectName = prefix, ControlTopicPrefix = prefix, UseInMemoryVault = true, IsDevelopment = true, StartupTimeout = startupTimeout ?? TestProjectOnKafka.Patience,
        };
        TestProjectOnKafka.Configure(_project.Cluster, options.Kafka);
        return CredentialAuthority.Open(options);
    }
}
