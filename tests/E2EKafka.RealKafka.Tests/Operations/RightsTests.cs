using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>
/// Each right of the table in docs/operations.md#acls is taken away and given back. Without it, the member or authority that starts, the
/// message that is sent or the log says so, within seconds; with it again everything goes on, and no message is lost.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All)]
public class RightsTests
{
    private const string NoGroup = "Group authorization failed";

    /// <summary>How long a start without a right is given until it says why it has not come to its end.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>How long members that run are given to see that a right is back.</summary>
    private static readonly TimeSpan AllClear = TimeSpan.FromSeconds(5);

    // The right, and whether a member that runs cannot send without it.
    private static readonly TestCaseData[] Cases =
    [
        Case("authority", "authority", "Read"),
        Case("authority", "members", "Describe"),
        Case("authority", "sessions", "Describe"),
        Case("authority", "grants", "Describe"),
        Case("authority", "requests", "Read"),
        Case("authority", "group", "Read"),
        Case("producer", "authority", "Read", endsSending: true),
        Case("producer", "members", "Read"),
        Case("producer", "sessions", "Read"),
        Case("producer", "sessions", "Write", endsSending: true),
        Case("producer", "grants", "Read"),
        Case("producer", "grants", "Write", endsSending: true),
        Case("producer", "requests", "Read"),
        Case("producer", "requests", "Write"),
        Case("producer", "group", "Read"),
        Case("consumer", "authority", "Read"),
        Case("consumer", "members", "Read"),
        Case("consumer", "members", "Write"),
        Case("consumer", "sessions", "Read"),
        Case("consumer", "grants", "Read"),
        Case("consumer", "requests", "Read"),
        Case("consumer", "requests", "Write"),
        Case("consumer", "group", "Read"),
    ];

    /// <summary>Rights with a test of their own below.</summary>
    private static readonly string[] Others = ["authority authority Write", "producer data Write", "consumer data Read", "consumer grants Write"];

    private static readonly string[] OfOperator =
    [
        .. from topic in (string[])["authority", "members", "sessions", "grants", "requests"] from operation in (string[])["Create", "DescribeConfigs"] select $"{topic} {operation}",
        "authority Read", "members Describe", "sessions Describe", "grants Describe", "requests Read", "requests Write",
        "cluster Describe", "data Describe", "data DescribeConfigs",
    ];

    [Test]
    public async Task Each_printed_right_has_its_test()
    {
        await using var project = await SecuredProject.CreateAsync();

        Assert.That(
            PrintedRights.Of(await project.PrintTopicsAsync()).Select(right => NameOf(project, right)),
            Is.EquivalentTo(Cases.Select(test => string.Join(' ', test.Arguments[..3])).Concat(Others).Concat(OfOperator.Select(right => $"operator {right}"))));
    }

    [Test]
    public async Task Without_any_of_its_rights_an_operators_doctor_names_it_and_with_all_finds_nothing()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        foreach (var name in OfOperator.Where(name => !name.EndsWith("Create", StringComparison.Ordinal)))
        {
            var right = await rights.TakeAsync(right => NameOf(project, right) == $"operator {name}");

            var found = await ExamineAsync();

            var resource = right.Pattern.Type == ResourceType.Broker ? "cluster" : right.Pattern.Name;
            // Read and Write include Describe: without them nothing of the topic may be seen.
            Assert.That(found, Has.Some.Matches($"lacks ({right.Entry.Operation}|Describe) on .*{Regex.Escape(resource)}"), $"without {name}");
            await rights.GiveBackAsync(right);
        }

        Assert.That(await ExamineAsync(), Is.Empty);

        // What failed or could not be looked at, with what to do about it. One replica is a warning.
        async Task<IReadOnlyList<string>> ExamineAsync()
        {
            var run = await project.Tool.RunAsync(
                "doctor", "--role", "operator", "--topic", project.DataTopic, "--output", "json", "--kafka-config", SecuredProject.ConfigOf(SecuredProject.Operator));
            return [.. run.Json.EnumerateArray().Where(check => check.GetProperty("result").GetString() is not ("passed" or "warning")).Select(check => check.ToString())];
        }
    }

    [Test]
    public async Task Without_the_right_to_create_a_topic_the_others_are_created_and_that_one_is_named()
    {
        await using var rights = await RightsOfProject.StartAsync(serves: false);
        var project = rights.Project;
        var right = await rights.TakeAsync(right => NameOf(project, right) == "operator sessions Create");

        var refused = await CreateAsync();
        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.Output + refused.Error);
        Assert.That(refused.Output + refused.Error, Does.Contain(right.Pattern.Name).And.Contain("Create"));
        using (var admin = project.NewAdmin())
            Assert.That(admin.GetMetadata(ProjectOnKafka.Patience).Topics.Count(topic => topic.Topic.StartsWith($"{project.Name}.", StringComparison.Ordinal)), Is.EqualTo(4));

        await rights.GiveBackAsync(right);
        (await CreateAsync()).Succeeds();

        Task<ToolRun> CreateAsync() => project.Tool.RunAsync("topics", "create", "--kafka-config", SecuredProject.ConfigOf(SecuredProject.Operator));
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Without_a_right_it_is_named_and_with_it_everything_goes_on(string role, string resource, string operation, bool endsSending)
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        await using var reader = await project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await project.JoinAsync(SecuredProject.Producer);
        await project.SendAsync(writer, "before");
        using var consumer = project.NewConsumer(reader);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("before"));

        var right = await rights.TakeAsync(right => NameOf(project, right) == $"{role} {resource} {operation}");
        var starting = new MemberLog();
        var patient = Task.CompletedTask;
        if (resource == "group")
        {
            // librdkafka looks for the coordinator of a group that it never joins. Nothing depends on it.
            await StartAsync(ProjectOnKafka.Patience);
            await Log().SeeAsync("KafkaProblem", NoGroup);
        }
        else
        {
            // One start waits until the right is back.
            if (role != SecuredProject.Authority)
                patient = JoinAndLeaveAsync(ProjectOnKafka.Patience);
            var failure = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => StartAsync(Soon)))!;
            AssertNames(failure, right);
            await Log().SeeAsync("KafkaProblem", failure.Message);
        }

        await writer.DiscardSessionsAsync();
        if (endsSending)
            AssertNames(((await Assert.ThrowsAsync<ProduceException<string, string>>(() => project.SendAsync(writer, "during")))!.InnerException as EndToEndKafkaException)!, right);
        else
            await project.SendAsync(writer, "during");

        await rights.GiveBackAsync(right);
        await patient;
        await JoinAndLeaveAsync(ProjectOnKafka.Patience);
        Assert.That(SpinWait.SpinUntil(() => writer.IsReady && reader.IsReady && project.RunningAuthority.NotServing is null, AllClear),
            $"{writer.NotReady?.Message} {reader.NotReady?.Message} {project.RunningAuthority.NotServing?.Message}");
        if (endsSending)
            await project.SendAsync(writer, "during");
        await project.SendAsync(writer, "after");
        Assert.That(new[] { SecuredProject.Next(consumer), SecuredProject.Next(consumer) }.Select(message => message.Value), Is.EqualTo(["during", "after"]));

        MemberLog Log() => role == SecuredProject.Authority ? project.AuthorityLog : starting;

        Task StartAsync(TimeSpan patience) => role == SecuredProject.Authority ? project.StartAuthorityAsync(patience) : JoinAndLeaveAsync(patience);

        async Task JoinAndLeaveAsync(TimeSpan patience) =>
            await (await project.JoinAsync(role == SecuredProject.Authority ? SecuredProject.Producer : role, options => options.StartupTimeout = patience, starting)).DisposeAsync();
    }

    [Test]
    public async Task Without_its_right_to_write_the_authority_names_it_and_with_it_serves_by_itself()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        var right = await rights.TakeAsync(right => NameOf(project, right) == "authority authority Write");

        var failure = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => project.StartAuthorityAsync(Soon)))!;
        AssertNames(failure, right);
        Assert.That(project.RunningAuthority.NotServing?.Message, Is.EqualTo(failure.Message));

        await rights.GiveBackAsync(right);
        await (await project.JoinAsync(SecuredProject.Consumer)).DisposeAsync();
        Assert.That(project.RunningAuthority.NotServing, Is.Null);
    }

    [Test]
    public async Task Without_the_right_to_write_data_Kafka_refuses_the_message_and_with_it_takes_it()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        await using var reader = await project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await project.JoinAsync(SecuredProject.Producer);
        using var consumer = project.NewConsumer(reader);
        var right = await rights.TakeAsync(right => NameOf(project, right) == "producer data Write");

        var refused = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => project.SendAsync(writer, "hello")))!;
        Assert.That(refused.Error.Code, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));
        Assert.That(writer.IsReady, Is.True);

        await rights.GiveBackAsync(right);
        await project.SendAsync(writer, "hello");
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Without_the_right_to_read_data_the_consumer_is_told_and_with_it_reads_on()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        await using var reader = await project.JoinAsync(SecuredProject.Consumer);
        await using var writer = await project.JoinAsync(SecuredProject.Producer);
        await project.SendAsync(writer, "before");
        using var consumer = project.NewConsumer(reader);
        Assert.That(SecuredProject.Next(consumer).Value, Is.EqualTo("before"));
        var right = await rights.TakeAsync(right => NameOf(project, right) == "consumer data Read");
        await project.SendAsync(writer, "during");

        var refused = Assert.Throws<ConsumeException>(() => SecuredProject.Next(consumer))!;
        Assert.That(refused.Error.Code, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));

        await rights.GiveBackAsync(right);
        Assert.That(NextAfterRefusals(consumer).Value, Is.EqualTo("during"));
    }

    /// <summary>A reader writes grants only when it answers for a producer that is gone.</summary>
    [Test]
    public async Task Without_the_right_to_write_grants_a_reader_logs_that_it_cannot_answer_and_with_it_does()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        var log = new MemberLog();
        await using var holder = await project.JoinAsync(SecuredProject.Consumer, log: log);
        await using (var writer = await project.JoinAsync(SecuredProject.Producer))
            await project.SendAsync(writer, "left behind");
        var right = await rights.TakeAsync(right => NameOf(project, right) == "consumer grants Write");

        await using var late = await project.JoinAsync(SecuredProject.Consumer);
        using var consumer = project.NewConsumer(late);
        var reading = Task.Run(() => SecuredProject.Next(consumer));
        await log.SeeAsync("KafkaProblem", "lacks Write on topic");
        Assert.That(reading.IsCompleted, Is.False, "the key came from elsewhere");

        await rights.GiveBackAsync(right);
        Assert.That((await reading).Value, Is.EqualTo("left behind"));
    }

    // Read and Write include Describe: without any of them Kafka shows nothing of the topic.
    private static void AssertNames(EndToEndKafkaException failure, AclBinding right)
    {
        Assert.That(failure.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied), failure.Message);
        Assert.That(failure.Message, Does.Contain($"{right.Entry.Operation} on topic {right.Pattern.Name}")
            .And.Match($"--allow-principal {right.Entry.Principal} .*--operation {right.Entry.Operation} .*--topic {right.Pattern.Name}"));
    }

    // Those from before the right was back may still be in the client's queue.
    private static Verified<string> NextAfterRefusals(IConsumer<string, Verified<string>> consumer)
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        while (true)
        {
            try
            {
                return consumer.ConsumeDecrypted(patience.Token).Message.Value;
            }
            catch (ConsumeException e) when (e.Error.Code == ErrorCode.TopicAuthorizationFailed)
            {
                patience.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private static string NameOf(SecuredProject project, AclBinding right)
    {
        var role = project.Users.Single(user => $"User:{user.Value.Name}" == right.Entry.Principal).Key;
        var resource =
            right.Pattern.Type == ResourceType.Group ? "group"
            : right.Pattern.Type == ResourceType.Broker ? "cluster"
            : right.Pattern.Name == project.DataTopic ? "data"
            : Regex.Match(right.Pattern.Name, "[a-z]+$").Value;
        return $"{role} {resource} {right.Entry.Operation}";
    }

    private static TestCaseData Case(string role, string resource, string operation, bool endsSending = false) =>
        new TestCaseData(role, resource, operation, endsSending).SetArgDisplayNames(role, resource, operation);
}
