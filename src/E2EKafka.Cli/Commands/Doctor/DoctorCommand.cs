using System.CommandLine;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

internal sealed class DoctorCommand : CliCommand
{
    private const string Member = "member";
    private const string Authority = ControlTopicRole.Authority;
    private const string Operator = ControlTopicRole.Operator;

    private readonly Option<string[]> _topics = new("--topic")
    {
        Description = "A data topic to look at, besides those that the policy names. Can be repeated.",
        HelpName = "TOPIC",
    };

    private readonly Option<string> _identity = new("--identity")
    {
        Description = "The identity to look at. Default: all of this project in this home.",
        HelpName = "NAME",
    };

    private readonly Option<string> _role = new Option<string>("--role")
    {
        Description = "What the Kafka user is for, whose rights are looked at.",
        HelpName = $"{Member}|{Authority}|{Operator}",
        DefaultValueFactory = _ => Member,
    }.AcceptOnlyFromAmong(Member, Authority, Operator);


    private readonly Option<bool> _all = new("--all") { Description = "Show what was found of each check, of those that are fine too." };

    public DoctorCommand()
        : base("doctor", "Looks for what is wrong with brokers, topics, rights, clocks, vaults and credentials, and says what to do. Fails if something is.",
            "doctor --topic demo-topic", "doctor --role operator --kafka-config operator.config", "doctor --identity consumer --output json")
    {
        Add(_topics);
        Add(_identity);
        Add(_role);
        Add(_all);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var project = context.Location.Load();
        using var kafka = new KafkaView(context.Kafka);
        IReadOnlyList<CheckResult> results;
        using (var waiting = context.Waiting("Asking the brokers"))
        {
            var examination = new Examination(
                new BrokerCheck(kafka, context.Kafka.BootstrapServers),
                [.. ChecksOf(context, project, kafka)],
                check => waiting.Now($"Looking at {check.Subject}"));
            results = await examination.RunAsync(cancellationToken).ConfigureAwait(false);
        }

        if (context.Screen.IsJson)
            context.Screen.Json(results, CliJson.Default.IReadOnlyListCheckResult);
        else
            Show(context.Screen, results, context.Get(_all));
        context.Screen.Flush();
        return results.Any(result => result.Result == Verdict.Failed) ? ExitCode.Failure : ExitCode.Success;
    }

    private IEnumerable<ICheck> ChecksOf(CommandContext context, ProjectDocument project, KafkaView kafka)
    {
        var time = context.Surroundings.Time;
        var authority = new AuthorityTopic(kafka, project);
        var control = project.Control;
        foreach (var topic in project.ControlTopics)
        {
            yield return new ControlTopicCheck(kafka, topic, context.KafkaTools);
            yield return new ControlTopicSettingsCheck(kafka, topic, context.KafkaTools);
        }

        yield return new KeyRetentionCheck(kafka, () => authority.Project);
        var role = context.Get(_role)!;
        foreach (var rights in role == Member ? RightsOfMember(kafka, control) : RightsOf(role, kafka, project))
            yield return rights;
        yield return new AuthorityWritersCheck(kafka, project);
        yield return new ClockCheck(kafka, authority, project, time);
        yield return new AuthorityCheck(kafka, authority, project, time);
        yield return new ProjectDocumentCheck(authority, project);

        foreach (var topic in DataTopics(project, context.Get(_topics) ?? []))
        {
            yield return new DataTopicCheck(kafka, topic, () => authority.Project, mustSeeIt: role != Authority);
            if (role == Member)
                yield return new TopicRightsCheck(kafka, topic, topic, needed: [], useful: [AclOperation.Read, AclOperation.Write], unwanted: []);
        }

        if (context.Home.Authority(project.Id) is { Exists: true } folder)
            yield return new VaultCheck("the authority", folder, context.VaultKeys);
        foreach (var identity in IdentitiesOf(context, project))
        {
            yield return new VaultCheck(identity.Name, identity, context.VaultKeys);
            if (role == Member)
                yield return new GroupRightsCheck(kafka, identity.Name, identity.Note.Identifier);
            yield return new CredentialCheck(authority, identity.Name, identity.Note.Identifier, time);
        }
    }

    private static ICheck[] RightsOfMember(IKafkaView kafka, ControlTopicLayout control) =>
    [
        new TopicRightsCheck(kafka, control.Authority, "authority", needed: [AclOperation.Read], useful: [], unwanted: [AclOperation.Write]),
        new TopicRightsCheck(kafka, control.Members, "members", needed: [AclOperation.Read], useful: [AclOperation.Write], unwanted: []),
        new TopicRightsCheck(kafka, control.Sessions, "sessions", needed: [AclOperation.Read], useful: [AclOperation.Write], unwanted: []),
        new TopicRightsCheck(kafka, control.Grants, "grants", needed: [AclOperation.Read, AclOperation.Write], useful: [], unwanted: []),
        new TopicRightsCheck(kafka, control.Requests, "requests", needed: [AclOperation.Read, AclOperation.Write], useful: [], unwanted: []),
    ];

    private static IEnumerable<ICheck> RightsOf(string role, IKafkaView kafka, ProjectDocument project)
    {
        var rights = ControlTopicRole.Of(project.Control).Single(known => known.Name == role).Control;

        // To see a topic is what every other right gives, too. To create is of use only once.
        return project.ControlTopics.Select(topic => new TopicRightsCheck(
            kafka, topic.Name, topic.ShortName(),
            needed: [.. rights[topic.Name].Where(operation => operation is not (AclOperation.Describe or AclOperation.Create))],
            useful: [.. rights[topic.Name].Where(operation => operation is AclOperation.Create)],
            unwanted: role == Operator && topic.Name == project.Control.Authority ? [AclOperation.Write] : []));
    }

    private static IEnumerable<string> DataTopics(ProjectDocument project, string[] named) =>
        project.Policy.Produce.Concat(project.Policy.Consume).SelectMany(rule => rule.Topics)
            .Concat(project.Policy.Topics.Select(topic => topic.Topic))
            .Where(TopicPattern.IsTopicName)
            .Concat(named)
            .Distinct()
            .Order(StringComparer.Ordinal);

    private IEnumerable<IdentityFolder> IdentitiesOf(CommandContext context, ProjectDocument project) => context.Get(_identity) is { } name
        ? [context.Home.Identity(name).RequireExisting()]
        : context.Home.Identities().Where(identity => identity.Note.Project == project.Id);

    private static void Show(Screen screen, IReadOnlyList<CheckResult> results, bool showsAll)
    {
        screen.Table(["Result", "Check", "Found"], RowsOf(screen, results, showsAll), lastColumnWraps: true);
        var counts = results.CountBy(result => result.Result).ToDictionary();
        screen.Line(string.Join(", ", Enum.GetValues<Verdict>().Where(counts.ContainsKey).Select(verdict => $"{counts[verdict]} {InWords(verdict)}")) + ".");
    }

    /// <summary>What is wrong, each by itself, and what is fine in one row.</summary>
    private static IEnumerable<IReadOnlyList<string>> RowsOf(Screen screen, IReadOnlyList<CheckResult> results, bool showsAll)
    {
        foreach (var result in results.Where(result => showsAll || result.Result != Verdict.Passed))
        {
            var isBelow = result.Remedy is not null && screen.IsTerminal;
            yield return [InWords(result.Result), result.Check, result.Remedy is null || isBelow ? result.Found : $"{result.Found} → {result.Remedy}"];
            if (isBelow)
                yield return ["", "", $"→ {result.Remedy}"];
        }

        var fine = results.Where(result => result.Result == Verdict.Passed).Select(result => result.Check).ToList();
        if (!showsAll && fine.Count > 0)
            yield return [InWords(Verdict.Passed), fine.Count == 1 ? "1 check" : $"{fine.Count} checks", string.Join("; ", fine)];
    }

    private static string InWords(Verdict verdict) => verdict switch
    {
        Verdict.Passed => "ok",
        Verdict.Warning => "warning",
        Verdict.Failed => "FAILED",
        _ => "unknown",
    };
}
