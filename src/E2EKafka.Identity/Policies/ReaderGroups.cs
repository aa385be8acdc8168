using System.Text.Json.Serialization;
using E2EKafka.Policies;

namespace E2EKafka;

/// <summary>
/// The reader groups of a topic: for each listed value of one attribute, the members that have it, as the replicas of one service do.
/// Members of a group trust each other, and no other member, with the origin of messages. In JSON:
/// <c>{"service":["billing","audit"]}</c>.
/// </summary>
[JsonConverter(typeof(ReaderGroupsMap))]
public sealed record ReaderGroups
{
    internal const int MaxValues = 8;
    private const int MaxTextLength = 256;

    /// <summary>The length of attribute and values together, in characters: 100 sessions must fit into one record.</summary>
    private const int MaxLength = 512;

    /// <summary>The name of the attribute, 1 to 256 characters: printable ASCII without quotation mark and backslash.</summary>
    public required string Attribute { get; init; }

    /// <summary>
    /// 1 to 8 values of the attribute, each once, each of 1 to 256 characters; with <see cref="Attribute"/> at most 512 characters
    /// together. A message has one MAC for each, in this order.
    /// </summary>
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>Whether both list the same values of the same attribute, in the same order.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they do.</returns>
    public bool Equals(ReaderGroups? other) =>
        other is not null && Attribute == other.Attribute && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Attribute, Values.Count);

    /// <summary>The group that a member with these attributes is in; <see langword="null"/> if it is in none.</summary>
    internal string? GroupOf(IReadOnlyDictionary<string, string> attributes) =>
        attributes.TryGetValue(Attribute, out var value) && Values.Contains(value) ? value : null;

    /// <summary>What is wrong with it, in one sentence; <see langword="null"/> if nothing is.</summary>
    internal string? Problem()
    {
        if (Attribute is null || Values is null || Values.Contains(null!))
            return "An attribute or value of reader groups is null.";
        if (Values.Count is 0 or > MaxValues)
            return $"Reader groups are 1 to {MaxValues} values of one attribute.";
        if (Values.Distinct().Count() != Values.Count)
            return $"Reader groups name a value of '{Attribute}' twice.";
        if (Values.Append(Attribute).Any(text => text.Length is 0 or > MaxTextLength))
            return $"The attribute of reader groups and its values have 1 to {MaxTextLength} characters.";
        return Attribute.Length + Values.Sum(value => value.Length) > MaxLength
            ? $"The attribute of reader groups and its values have at most {MaxLength} characters together."
            : PrintableText.ProblemOf("The attribute of reader groups", Attribute) ??
                Values.Select(value => PrintableText.ProblemOf($"A value of '{Attribute}' in reader groups", value)).FirstOrDefault(problem => problem is not null);
    }
}
