namespace E2EKafka.Hosting;

/// <summary>Where options come from, so that messages name each one as its reader finds it.</summary>
/// <param name="Path">The path of their section, empty for a whole configuration; <see langword="null"/> for options that were set in code.</param>
/// <param name="Exists">Whether the section has anything in it.</param>
/// <param name="Problems">What is wrong with its names and values.</param>
internal sealed record OptionSource(string? Path, bool Exists, IReadOnlyList<string> Problems)
{
    public static OptionSource Code { get; } = new(null, Exists: true, []);

    /// <summary>The section that has the settings of the Kafka clients; <see langword="null"/> for options that were set in code.</summary>
    public string? KafkaSection => Path is null ? null : Of("Kafka");

    /// <summary>This source, and another that was bound after it. Options are named as in the last.</summary>
    public OptionSource Then(OptionSource next) => next with { Exists = Exists && Path is not null || next.Exists, Problems = [.. Problems, .. next.Problems] };

    /// <summary>The full name of an option.</summary>
    public string Of(string option) => string.IsNullOrEmpty(Path) ? option : $"{Path}:{option}";

    /// <summary>The full name of a setting of the Kafka clients.</summary>
    public string OfKafka(string setting) => Path is null ? $"Kafka[\"{setting}\"]" : $"{Of("Kafka")}:{setting}";
}
