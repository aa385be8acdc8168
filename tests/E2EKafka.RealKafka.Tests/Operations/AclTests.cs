using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>
/// The lines that <c>topics print</c> prints are run as they are, for users who have nothing else. Everything that a project does works
/// with these rights.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "The lines are for a POSIX shell.")]
public class AclTests
{
    /// <summary>A credential is renewed from a quarter of it on.</summary>
    private static readonly TimeSpan CredentialLifetime = TimeSpan.FromSeconds(90);

    /// <summary>doctor looks at every identity in its home, also at one that another test has not enrolled yet.</summary>
    private const string WithoutIdentities = "without-identities";

    // Each test has a partition of its own.
    private static int _partitions;

    private SecuredProject _project = null!;
    private string _printed = "";

    [OneTimeSetUp]
    public async Task RunPrintedLinesAsync()
    {
        _project = await SecuredProject.CreateAsync(partitions: 12, CredentialLifetime);
        _printed = await _project.PrintTopicsAsync();
        (await _project.Tool.ShellAsync(_project.Cluster.Home, _printed)).Succeeds();
        await _project.StartAuthorityAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_project is not null)
            await _project.DisposeAsync();
    }

    [Test]
    public async Task Each_role_has_the_printed_rights_and_no_others([Values(SecuredProject.Authority, SecuredProject.Producer, SecuredProject.Consumer, SecuredProject.Operator)] string role)
    {
        var printed = PrintedRights.Of(_printed).Where(right => right.Entry.Principal == _project.PrincipalOf(role)).ToList();

        Assert.That(printed, Is.Not.Empty);
        Assert.That(await _project.RightsOfAsync(role), Is.EquivalentTo(printed));
    }

    [Test]
    public async Task A_user_without_these_rights_can_do_nothing()
    {
        var stranger = await _project.Cluster.CreateUserAsync($"stranger-{Guid.NewGuid():N}");

        var refused = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => _project.JoinAsync(SecuredProject.Consumer, options =>
        {
            foreach (var (name, value) in stranger.ClientSettings)
                options.Kafka[name] = value;
            options.StartupTimeout = TimeSpan.FromSeconds(5);
        })))!;

        Assert.That(refused.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied), refused.Message);
        Assert.That(_project.Document.ControlTopics.Select(topic => topic.Name), Is.All.Matches<string>(name => refused.Message.Contains($"Read on topic {name}", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_member_cannot_write_as_the_authority([Values(SecuredProject.Producer, SecuredProject.Consumer)] string role)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(_project.ClientOf(role)).SetLogHandler(static (_, _) => { }).Build();

        var refused = (await Assert.ThrowsAsync<ProduceException<Null, byte[]>>(() => producer.ProduceAsync(_project.Document.ControlTopics.Single(topic => topic.Name.EndsWith(".authority", StringComparison.Ordinal)).Name, new Message<Null, byte[]> { Value = [1] })))!;

        Assert.That(refused.Error.Code, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));
    }

    [Test]
    public async Task Members_enroll_and_exchange_messages_and_the_applications_group_commits()
    {
        var partition = NextPartition();
        await using var reader = await _project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await _project.JoinAsync(SecuredProject.Producer);
        await _project.SendAsync(writer, "hello", partition);

        using var consumer = _project.NewConsumer(reader, partition);
        var received = SecuredProject.Next(consumer);
        Assert.That((received.Value, received.Origin!.Producer), Is.EqualTo(("hello", writer.Identifier)));
        consumer.Commit([new TopicPartitionOffset(_project.DataTopic, partition, 1)]);
        Assert.That(consumer.Committed(ProjectOnKafka.Patience).Single().Offset.Value, Is.EqualTo(1));
    }

    [Test]
    public async Task A_late_reader_gets_the_key_from_the_producer()
    {
        var partition = NextPartition();
        await using var early = await _project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await _project.JoinAsync(SecuredProject.Producer);
        await _project.SendAsync(writer, "before", partition);
        await early.DisposeAsync();

        await using var late = await _project.JoinAsync(SecuredProject.Consumer);
        using var consumer = _project.NewConsumer(late, partition);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("before"));
    }

    [Test]
    public async Task A_late_reader_gets_the_key_of_a_producer_that_is_gone_from_another_reader()
    {
        var partition = NextPartition();
        await using var holder = await _project.JoinAsync(SecuredProject.Consumer);
        await using (var writer = await _project.JoinAsync(SecuredProject.Producer))
            await _project.SendAsync(writer, "left behind", partition);

        await using var late = await _project.JoinAsync(SecuredProject.Consumer);
        using var consumer = _project.NewConsumer(late, partition);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("left behind"));
    }

    [Test]
    public async Task Credentials_are_renewed([Values(SecuredProject.Producer, SecuredProject.Consumer)] string role)
    {
        var log = new MemberLog();
        await using var member = await _project.JoinAsync(role, log: log);
        var first = (await member.GetStatusAsync()).Credential!;

        await log.SeeAsync(next => next.Name == "CredentialReceived" && next.Details!["Serial"] != $"{first.Serial}");

        Assert.That((await member.GetStatusAsync()).Credential!.Serial, Is.GreaterThan(first.Serial));
        Assert.That(member.CredentialExpiresAt, Is.GreaterThan(first.ExpiresAt));
        Assert.That(member.IsReady, Is.True);
    }

    [Test]
    public async Task An_identitys_key_is_rotated([Values(SecuredProject.Producer, SecuredProject.Consumer)] string role)
    {
        var partition = NextPartition();
        await using var reader = await _project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await _project.JoinAsync(SecuredProject.Producer);
        await _project.SendAsync(writer, "before", partition);

        await (role == SecuredProject.Producer ? writer : reader).RotateIdentityAsync();
        await writer.DiscardSessionsAsync();
        await _project.SendAsync(writer, "after", partition);

        using var consumer = _project.NewConsumer(reader, partition);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("before"));
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("after"));
    }

    [Test]
    public async Task The_authoritys_keys_are_rotated_and_members_new_and_old_follow()
    {
        var partition = NextPartition();
        var log = new MemberLog();
        await using var reader = await _project.JoinAsync(SecuredProject.Consumer, log: log);
        var before = _project.RunningAuthority.Project.ToJson();

        await _project.RunningAuthority.RotateKeysAsync();

        Assert.That(_project.RunningAuthority.Project.ToJson(), Is.Not.EqualTo(before));
        await log.SeeAsync("ProjectChanged", $"version {_project.RunningAuthority.Project.Version} ");

        // With the project document from before.
        await using var writer = await _project.JoinAsync(SecuredProject.Producer);
        await _project.SendAsync(writer, "of a new member", partition);
        using var consumer = _project.NewConsumer(reader, partition);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("of a new member"));
    }

    [Test]
    public async Task A_member_is_removed()
    {
        var partition = NextPartition();
        await using var reader = await _project.JoinAsync(SecuredProject.Consumer);
        var log = new MemberLog();
        await using var writer = await _project.JoinAsync(SecuredProject.Producer, log: log);
        await _project.SendAsync(writer, "sent before", partition);

        await _project.RunningAuthority.RevokeAsync(writer.Identifier, RevocationKind.Compromised);

        await log.SeeAsync("NotReady", $"{FailureReason.Revoked}");
        Assert.That(writer.NotReady?.Reason, Is.EqualTo(FailureReason.Revoked));
        var refused = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => _project.SendAsync(writer, "sent after", partition)))!;
        Assert.That((refused.InnerException as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.Revoked));
        using var consumer = _project.NewConsumer(reader, partition);
        Assert.That(SecuredProject.Next(consumer).Failure?.Reason, Is.EqualTo(FailureReason.ProducerRevoked));
    }

    [Test]
    public async Task The_tool_enrolls_an_identity_and_shows_its_status([Values(SecuredProject.Producer, SecuredProject.Consumer)] string role)
    {
        await EnrollAsync($"status-{role}", role);

        var status = (await _project.Tool.RunAsync("status", "--identity", $"status-{role}", "--output", "json", "--kafka-config", SecuredProject.ConfigOf(role))).Succeeds().Json;

        Assert.That(status.GetProperty("status").GetProperty("credential").GetProperty("serial").GetInt64(), Is.Positive, status.ToString());
        Assert.That(status.GetProperty("status").TryGetProperty("problem", out var problem) ? problem.ToString() : "", Is.Empty);
    }

    [Test]
    public async Task Doctor_finds_nothing_wrong_with_a_members_rights([Values(SecuredProject.Producer, SecuredProject.Consumer)] string role)
    {
        await EnrollAsync($"doctor-{role}", role);

        await ExamineAsync(role, "--identity", $"doctor-{role}", "--topic", _project.DataTopic);
    }

    [Test]
    public async Task Doctor_finds_nothing_wrong_with_the_authoritys_rights() => await ExamineAsync(SecuredProject.Authority, "--role", "authority", "--home", WithoutIdentities);

    [Test]
    public async Task Doctor_can_look_at_everything_with_the_operators_rights()
    {
        var results = await ExamineAsync(SecuredProject.Operator, "--role", "operator", "--topic", _project.DataTopic, "--home", WithoutIdentities);

        Assert.That(results, Has.None.EqualTo("unknown").And.None.EqualTo("couldNotLook"));
    }

    [Test]
    public async Task Doctor_says_which_right_it_lacks_to_see_the_rights_of_others()
    {
        var run = await _project.Tool.RunAsync("doctor", "--output", "json", "--role", "authority", "--home", WithoutIdentities, "--kafka-config", SecuredProject.ConfigOf(SecuredProject.Authority));

        var writers = run.Json.EnumerateArray().Single(check => check.GetProperty("check").GetString() == "writers of authority");
        Assert.That(writers.GetProperty("result").GetString(), Is.EqualTo("couldNotLook").Or.EqualTo("unknown"), run.Output);
        Assert.That(writers.ToString(), Does.Contain("Describe").And.Contain("cluster").IgnoreCase.And.Contain(_project.Users[SecuredProject.Authority].Name));
        Assert.That(run.Output, Does.Not.Contain("No ACL"));
    }

    private static int NextPartition() => Interlocked.Increment(ref _partitions) - 1;

    private async Task EnrollAsync(string identity, string role)
    {
        (await _project.Tool.RunAsync("identity", "create", identity)).Succeeds();
        await File.WriteAllTextAsync(_project[$"{identity}.ticket"], _project.RunningAuthority.CreateTicket());
        (await _project.Tool.RunAsync("enroll", "--identity", identity, "--ticket", $"{identity}.ticket", "--kafka-config", SecuredProject.ConfigOf(role))).Succeeds();
    }

    // What a role may not see is unknown, and nothing else is.
    private async Task<IReadOnlyCollection<string>> ExamineAsync(string role, params string[] options)
    {
        var run = (await _project.Tool.RunAsync(["doctor", "--output", "json", "--kafka-config", SecuredProject.ConfigOf(role), .. options])).Succeeds();
        var results = run.Json.EnumerateArray().ToDictionary(check => check.GetProperty("check").GetString()!, check => check.GetProperty("result").GetString()!);

        TestContext.Out.WriteLine(run.Output);
        Assert.Multiple(() =>
        {
            Assert.That(results.Where(check => check.Value == "failed"), Is.Empty, run.Output);
            Assert.That(results.Where(check => check.Key.StartsWith("rights on ", StringComparison.Ordinal)).Select(check => check.Value), Is.Not.Empty.And.All.EqualTo("passed"), run.Output);
            Assert.That(results.GetValueOrDefault("authority"), Is.EqualTo("passed"), run.Output);
            Assert.That(results.GetValueOrDefault("project document"), Is.EqualTo("passed"), run.Output);
        });
        return [.. results.Values];
    }
}
