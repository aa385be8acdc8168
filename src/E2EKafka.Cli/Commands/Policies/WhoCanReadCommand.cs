using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class WhoCanReadCommand : CliCommand
{
    private readonly Argument<string> _topic = new("topic") { Description = "The topic." };

    public WhoCanReadCommand()
        : base("who-can-read",
            "Lists who is given the keys of a topic, and why.",
            "who-can-read demo-topic")
    {
        Add(_topic);
    }

    public override string Details =>
        "By the policy in force and the members: the authority's list, where the authority is in this home, else the valid credentials that Kafka shows.";

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var topic = context.Get(_topic);
        if (!TopicPattern.IsTopicName(topic))
            throw new UsageException($"'{topic}' is not the name of a topic: it has letters, digits, dots, underscores and hyphens.");

        var (policy, members) = await MembersAsync(context, cancellationToken);
        IReadOnlyList<Reader> readers =
        [
            .. from member in members
               let because = Because(policy, topic, member.Identifier, member.Attributes)
               where because is not null
               orderby member.Identifier
               select new Reader(member.Identifier, member.Attributes, because),
        ];
        if (context.Screen.IsJson)
            context.Screen.Json(readers, CliJson.Default.IReadOnlyListReader);
        else if (readers.Count > 0)
            context.Screen.Table(["Identifier", "Attributes", "Because"], readers.Select(reader => new[] { reader.Identifier, AttributeText.Of(reader.Attributes), reader.Because }));
        context.Screen.Flush();
        if (readers.Count == 0)
            context.Say($"No member can read '{topic}': `e2ekafka policy show` has the rules and the topic's reader groups, if it has any.");
        return ExitCode.Success;
    }

    private static async Task<(Policy Policy, IEnumerable<(string Identifier, IReadOnlyDictionary<string, string> Attributes)> Members)> MembersAsync(
        CommandContext context, CancellationToken cancellationToken)
    {
        var known = context.Location.Load();
        var authority = new AuthorityAccess(context, known);
        if (authority.Folder.Exists)
        {
            var answer = await authority.AskAsync(new ListMembersRequest(), cancellationToken);
            return (
                ProjectDocument.Parse(answer.Project!).Policy,
                answer.Members!.Where(member => member.Revoked is null).Select(member => (member.Identifier, member.Attributes)));
        }

        using var waiting = context.Waiting(ProjectOnKafka.Reading);
        var directory = ProjectOnKafka.Read(
            context.Kafka, known, KafkaTopics.PartitionsOf(context.Kafka), dataTopic: null, cancellationToken).Directory;
        var now = context.Surroundings.Time.GetUtcNow();
        return (
            directory.Project.Policy,
            directory.NewestCredentials.Where(credential => directory.IsMember(credential.Subject, now))
                .Select(credential => (credential.Subject, credential.Attributes)));
    }

    private static string? Because(Policy policy, string topic, string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        var requirements = policy.RequirementsOf(topic);
        var group = requirements.ReaderGroups?.GroupOf(attributes);
        if (requirements.ReaderGroups is not null && group is null)
            return null;

        var ofGroup = group is null ? "" : $", reader group {group}";
        if (requirements.ArchiveReaders.Contains(identifier))
            return $"archive reader{ofGroup}";
        if (policy.Consume.FirstOrDefault(rule => rule.Matches(topic, attributes)) is not { } rule)
            return null;

        var pattern = rule.Topics.First(pattern => TopicPattern.Matches(pattern, topic));
        return rule.Attributes.Count == 0
            ? $"any member: {pattern}{ofGroup}"
            : $"{string.Join(' ', rule.Attributes.Select(attribute => $"{attribute.Key}={attributes[attribute.Key]}"))}: {pattern}{ofGroup}";
    }
}
