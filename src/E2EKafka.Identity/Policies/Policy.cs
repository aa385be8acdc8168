using System.Text.Json.Serialization;
using E2EKafka.Cryptography;
using E2EKafka.Policies;

namespace E2EKafka;

/// <summary>Who may produce to and consume from which topics, and what a topic demands. Data in the project document, signed by the authority.</summary>
public sealed record Policy
{
    private const int MaxRules = 1_000;
    private static readonly TimeSpan MinSessionLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxSessionLife = TimeSpan.FromHours(24);
    private const int MaxReaderGroups = 1_000;

    private static readonly TopicRequirements Defaults = new() { Topic = "*" };

    /// <summary>Who may produce. No rule, no producer.</summary>
    public required IReadOnlyList<PolicyRule> Produce { get; init; }

    /// <summary>Who may consume. No rule, no consumer.</summary>
    public required IReadOnlyList<PolicyRule> Consume { get; init; }

    /// <summary>What topics demand. A topic that none matches has the defaults of <see cref="TopicRequirements"/>.</summary>
    public IReadOnlyList<TopicRequirements> Topics { get => field ?? []; init; } // what JSON leaves out is set to null

    /// <summary>Any member may produce and consume everything: the rule that a new project begins with.</summary>
    [JsonIgnore]
    public static Policy AnyMember { get; } = new()
    {
        Produce = [new PolicyRule { Topics = ["*"] }],
        Consume = [new PolicyRule { Topics = ["*"] }],
    };

    internal bool MayProduce(string topic, IReadOnlyDictionary<string, string> attributes) =>
        Produce.Any(rule => rule.Matches(topic, attributes));

    internal bool MayConsume(string topic, IReadOnlyDictionary<string, string> attributes) =>
        Consume.Any(rule => rule.Matches(topic, attributes));

    internal TopicRequirements RequirementsOf(string topic) =>
        Topics.Where(requirements => TopicPattern.Matches(requirements.Topic, topic))
            .MaxBy(requirements => TopicPattern.Specificity(requirements.Topic)) ?? Defaults;

    /// <summary>The longest key retention of all topics, the default of topics without requirements included.</summary>
    internal TimeSpan LongestKeyRetention => Topics.Select(topic => topic.KeyRetention).Append(TopicRequirements.DefaultKeyRetention).Max();

    /// <summary>Every reader group of any topic, once, in the order of attribute and value.</summary>
    internal IReadOnlyList<(string Attribute, string Value)> ListedGroups() =>
    [
        .. Topics.Select(topic => topic.ReaderGroups).OfType<ReaderGroups>()
            .SelectMany(groups => groups.Values, (groups, value) => (groups.Attribute, value))
            .Distinct()
            .OrderBy(group => group.Attribute, StringComparer.Ordinal).ThenBy(group => group.value, StringComparer.Ordinal),
    ];

    /// <summary>What is wrong with it, in one sentence; <see langword="null"/> if nothing is.</summary>
    internal string? Problem()
    {
        // JSON can put a null where the type says there is none.
        var rules = Produce.Concat(Consume).ToList();
        if (rules.Any(rule => rule is null || rule.Topics.Contains(null!) ||
                rule.Attributes.Values.Any(values => values is null || values.Contains(null!))) ||
            Topics.Any(topic => topic is null || topic.ArchiveReaders.Contains(null!)))
            return "A rule, topic or value is null.";

        if (Produce.Count + Consume.Count + Topics.Count > MaxRules)
            return $"A policy has at most {MaxRules} rules.";

        var patterns = rules.SelectMany(rule => rule.Topics).Concat(Topics.Select(topic => topic.Topic));
        if (patterns.FirstOrDefault(pattern => !TopicPattern.IsValid(pattern)) is { } wrong)
            return $"'{wrong}' is neither a topic's name nor a prefix ending in '*'.";

        if (rules.Any(rule => rule.Topics.Count == 0))
            return "A rule names no topic; use '*' for all.";

        if (rules.SelectMany(rule => rule.Attributes).Select(ProblemOf).FirstOrDefault(problem => problem is not null) is { } text)
            return text;

        if (rules.Any(rule => HasTwice(rule.Topics) || rule.Attributes.Values.Any(HasTwice)) || Topics.Any(topic => HasTwice(topic.ArchiveReaders)))
            return "A rule names a topic or a value twice, or a topic an archive reader.";

        if (Topics.FirstOrDefault(topic => !topic.ArchiveReaders.All(Base64UrlBytes.IsHash)) is { } stranger)
            return $"An archive reader of '{stranger.Topic}' is not a member's identifier, which has 43 characters.";

        if (Topics.FirstOrDefault(topic => topic.PlaintextUntil is { UtcDateTime.Year: < 1970 }) is { } plaintext)
            return $"The end of plaintext in '{plaintext.Topic}' is before 1970.";

        if (Topics.FirstOrDefault(topic => !Enum.IsDefined(topic.Authentication) || !Enum.IsDefined(topic.History)) is { } unknown)
            return $"What '{unknown.Topic}' demands is not something that this release knows.";

        if (Topics.FirstOrDefault(topic => (topic.Authentication == MessageAuthentication.Mac) != (topic.ReaderGroups is not null)) is { } mac)
            return $"What '{mac.Topic}' demands has MACs without reader groups, or reader groups without MACs. Name readerGroups where authentication is mac, and only there.";

        if (Topics.FirstOrDefault(topic => topic.AllowOutdatedMacs && topic.Authentication != MessageAuthentication.Mac) is { } outdated)
            return $"What '{outdated.Topic}' demands has allowOutdatedMacs without MACs. Name it where authentication is mac, and only there.";

        if (Topics.Select(topic => (topic.Topic, Problem: topic.ReaderGroups?.Problem())).FirstOrDefault(topic => topic.Problem is not null) is { Problem: { } groups } unfit)
            return $"{groups} It is what '{unfit.Topic}' demands.";

        if (ListedGroups().Count > MaxReaderGroups)
            return $"A policy lists at most {MaxReaderGroups} reader groups.";

        if (Topics.GroupBy(topic => topic.Topic).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"What '{twice.Key}' demands is said twice.";

        if (Topics.FirstOrDefault(topic =>
                topic.KeyRetention < TimeSpan.Zero ||
                topic.KeyRetention > TimeSpan.FromDays(3653) ||
                topic.KeyRetention.Ticks % TimeSpan.TicksPerSecond != 0) is { } retention)
            return $"The key retention of '{retention.Topic}' is not a whole number of seconds between zero and ten years.";

        if (Topics.FirstOrDefault(topic => topic.SessionLife is { } life &&
                (life < MinSessionLife || life > MaxSessionLife || life.Ticks % TimeSpan.TicksPerSecond != 0)) is { } session)
            return $"The session life of '{session.Topic}' is not a whole number of seconds between 5 minutes and 24 hours.";

        return null;
    }

    private static string? ProblemOf(KeyValuePair<string, IReadOnlyList<string>> attribute) =>
        PrintableText.ProblemOf("The name of an attribute in a rule", attribute.Key) ??
        attribute.Value.Select(value => PrintableText.ProblemOf($"A value of attribute '{attribute.Key}' in a rule", value))
            .FirstOrDefault(problem => problem is not null);

    private static bool HasTwice(IReadOnlyList<string> values) => values.Distinct().Count() != values.Count;
}
