namespace E2EKafka.Cli;

/// <summary>A member's attributes in one cell.</summary>
internal static class AttributeText
{
    public static string Of(IReadOnlyDictionary<string, string> attributes) =>
        string.Join(' ', attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
