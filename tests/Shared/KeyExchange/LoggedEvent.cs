using Microsoft.Extensions.Logging;

namespace E2EKafka.Tests;

/// <summary>One event of a log.</summary>
internal sealed record LoggedEvent(int Id, string Name, LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Fields)
{
    public string? this[string field] => Fields[field]?.ToString();
}
