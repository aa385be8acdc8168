using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>
/// Control topics that are not as they must be, under running members: it is noticed, said with the command that corrects it, and refused
/// where a promise would break.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "The commands are for a POSIX shell.")]
public partial class WrongTopicTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Members look about once a minute by themselves.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    [Test]
    public async Task A_wrong_control_topic_is_refused_by_member_and_authority_until_the_printed_command_has_run(
        [Values("cleanup.policy=compact", "message.timestamp.type=CreateTime")] string setting)
    {
        var kafka = await Brokers.RequireKafkaHomeAsync();
        await using var project = await ProjectOnBroker.StartSharedAsync(configure: options => options.ControlTopicInterval = LookInterval);
        await using var reader = await JoinAsync(project, options => options.Consume);
        await using var writer = await JoinAsync(project, options => options.Produce);
        await project.SendAsync(writer, "before");
        Task Until(string what, Func<bool> isSo) => UntilAsync(what, isSo, () => StateOf(project, reader, writer));
        using (var admin = project.NewAdmin())
            await admin.IncrementalAlterConfigsAsync(new() { [TopicNamed(project, "members")] = [Set(setting.Split('=')[0], setting.Split('=')[1])] });

        await Until("the member refuses", () => writer.NotReady?.Reason == FailureReason.ControlTopicMisconfigured);
        await Until("the authority refuses", () => project.Authority.NotServing?.Reason == FailureReason.ControlTopicMisconfigured);
        var refused = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => project.SendAsync(writer, "during")))!;
        Assert.That((refused.InnerException as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));

        await RunPrintedAsync(kafka, project, writer.NotReady!.Message);
        await Until("the member is ready again", () => writer.NotReady is null && reader.NotReady is null && project.Authority.NotServing is null);
        await project.SendAsync(writer, "after");
        using var consumer = project.NewReader(reader);
        Assert.That(consumer.NextValues(2), Is.EqualTo(["before", "after"]));
    }

    [Test]
    public async Task A_deleted_control_topic_is_not_created_by_members_and_one_that_another_client_makes_is_warned_of(
        [Values("authority", "members", "sessions", "grants", "requests")] string topic)
    {
        var kafka = await Brokers.RequireKafkaHomeAsync();

        // In development such a topic goes on to be used.
        await using var project = await ProjectOnBroker.StartSharedAsync(configure: options =>
        {
            options.IsDevelopment = true;
            options.ControlTopicInterval = LookInterval;
        });
        await using var reader = await JoinAsync(project, options => options.Consume);
        await using var writer = await JoinAsync(project, options => options.Produce);
        await project.SendAsync(writer, "before");
        Task Until(string what, Func<bool> isSo) => UntilAsync(what, isSo, () => StateOf(project, reader, writer));
        var name = TopicNamed(project, topic).Name;
        using var admin = project.NewAdmin();

        await admin.DeleteTopicsAsync([name]);
        await writer.DiscardSessionsAsync(); // it has something to write at once
        await Until("the missing topic is warned of", () => writer.Warning?.Contains($"{name} is missing", StringComparison.Ordinal) == true);
        Assert.That(admin.GetMetadata(ProjectOnKafka.Patience).Topics.Select(found => found.Topic), Has.None.EqualTo(name), "one of our clients created it");

        // The broker gives it its own defaults.
        using (var other = new ProducerBuilder<Null, byte[]>(project.Kafka).SetLogHandler(static (_, _) => { }).Build())
            await other.ProduceAsync(name, new Message<Null, byte[]> { Value = [1] });
        await Until("the wrong setting is warned of", () => writer.Warning?.Contains("message.timestamp.type is CreateTime", StringComparison.Ordinal) == true);
        await Until("the authority warns of it too", () => project.Authority.Warning?.Contains("message.timestamp.type is CreateTime", StringComparison.Ordinal) == true
            || project.Authority.NotServing?.Reason == FailureReason.ControlTopicMissing);

        // `sessions` has more partitions than the broker's default: that is a reason to go no further until they are there.
        if (writer.NotReady is { Reason: FailureReason.ControlTopicMissing } tooFew)
            await RunPrintedAsync(kafka, project, tooFew.Message);
        await RunPrintedAsync(kafka, project, writer.Warning!);
        await Until("the warning is over", () => writer.Warning is null && writer.NotReady?.Reason != FailureReason.ControlTopicMissing);
    }

    private static Task<EndToEndKafka> JoinAsync(ProjectOnBroker project, Func<EndToEndKafkaOptions, ICollection<string>> topics) => project.JoinAsync(options =>
    {
        topics(options).Add(project.DataTopic);
        options.ControlTopicInterval = LookInterval;
    });

    private static ConfigResource TopicNamed(ProjectOnKafka project, string topic) => new()
    {
        Type = ResourceType.Topic, Name = project.Authority.Project.ControlTopics.Single(control => control.Name.EndsWith($".{topic}", StringComparison.Ordinal)).Name,
    };

    private static ConfigEntry Set(string name, string value) => new() { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set };

    private static async Task RunPrintedAsync(KafkaHome kafka, ProjectOnKafka project, string message)
    {
        var command = PrintedCommand().Match(message);
        Assert.That(command.Success, message);
        (await new Tool(project.Folder["."]).ShellAsync(kafka, command.Groups[1].Value)).Succeeds();
    }

    private static string StateOf(ProjectOnBroker project, params EndToEndKafka[] members) => string.Join(" | ",
    [
        .. members.Select(member => $"not ready: {member.NotReady?.Reason} {member.NotReady?.Message}, warning: {member.Warning}"),
        $"authority: {project.Authority.NotServing?.Reason} {project.Authority.NotServing?.Message}, warning: {project.Authority.Warning}",
    ]);

    private static async Task UntilAsync(string what, Func<bool> isSo, Func<string> state)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(Patience), $"did not happen: {what}; {state()}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    [GeneratedRegex(@"Run: (kafka-(?:configs|topics)\.sh .*?)(?: Control topic |$)")]
    private static partial Regex PrintedCommand();
}
