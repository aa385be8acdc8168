using System.Buffers;

namespace E2EKafka.Policies;

/// <summary>How a rule names topics: an exact name, or a prefix that ends in <c>*</c>.</summary>
internal static class TopicPattern
{
    /// <summary>Kafka's own limit for a topic's name, in characters.</summary>
    private const int MaxNameLength = 249;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(string pattern) =>
        IsPrefix(pattern) ? pattern.Length <= MaxNameLength + 1 && AreNameCharacters(pattern.AsSpan(0, pattern.Length - 1)) : IsTopicName(pattern);

    public static bool IsTopicName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name is not ("." or "..") && AreNameCharacters(name);

    public static bool Matches(string pattern, string topic) =>
        IsPrefix(pattern)
            ? topic.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
            : pattern == topic;

    /// <summary>How exactly a matching pattern names the topic; an exact name beats every prefix, a longer prefix a shorter one.</summary>
    public static int Specificity(string pattern) => IsPrefix(pattern) ? pattern.Length - 1 : int.MaxValue;

    private static bool IsPrefix(string pattern) => pattern.EndsWith('*');

    private static bool AreNameCharacters(ReadOnlySpan<char> name) => !name.ContainsAnyExcept(NameCharacters);
}
