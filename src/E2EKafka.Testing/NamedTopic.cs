namespace E2EKafka;

/// <summary>A topic of an <see cref="InMemoryProject"/>, and who may use it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Producers">Attributes as <c>name=value</c>; <see langword="null"/> is any member.</param>
/// <param name="Consumers">Attributes as <c>name=value</c>; <see langword="null"/> is any member.</param>
/// <param name="Requirements">What its messages demand, if that is said.</param>
internal sealed record NamedTopic(
    string Name, IReadOnlyList<string>? Producers, IReadOnlyList<string>? Consumers, TopicRequirements? Requirements)
{
    /// <summary>Whether a member with some attributes is among the users of a topic.</summary>
    public static bool IsOpenTo(IReadOnlyList<string>? users, IEnumerable<(string Name, string Value)> attributes) =>
        users is null || attributes.Any(attribute => users.Contains($"{attribute.Name}={attribute.Value}"));

    /// <summary>The policy's rules that let the users use the topic.</summary>
    public IEnumerable<PolicyRule> RulesFor(IReadOnlyList<string>? users) =>
        users is null ? [new PolicyRule { Topics = [Name] }] : users.Select(RuleFor);

    private PolicyRule RuleFor(string user)
    {
        var attribute = user.Split('=', 2);
        return new PolicyRule { Topics = [Name], Attributes = new Dictionary<string, IReadOnlyList<string>> { [attribute[0]] = [attribute[1]] } };
    }
}
