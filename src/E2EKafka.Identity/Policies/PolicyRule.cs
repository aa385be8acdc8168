using E2EKafka.Policies;

namespace E2EKafka;

/// <summary>
/// Lets members with certain attributes use certain topics. All of <see cref="Attributes"/> must match,
/// any listed value of an attribute will do, and any rule of a policy will do.
/// </summary>
public sealed record PolicyRule
{
    /// <summary>Exact topic names, or prefixes ending in <c>*</c>. At least one.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>
    /// Attribute names and, for each, the values that will do: printable ASCII without quotation mark and backslash, each once.
    /// Default: none, which means any member.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get => field ?? None; init; } // what JSON leaves out is set to null

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> None { get; } = new Dictionary<string, IReadOnlyList<string>>();

    internal bool Matches(string topic, IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (name, values) in Attributes)
        {
            if (!attributes.TryGetValue(name, out var value) || !values.Contains(value))
                return false;
        }

        return Topics.Any(pattern => TopicPattern.Matches(pattern, topic));
    }
}
