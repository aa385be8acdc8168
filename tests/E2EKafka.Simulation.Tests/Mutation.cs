namespace E2EKafka.Simulation.Tests;

/// <summary>A rule broken on purpose: an expression or statement of the source, and what takes its place.</summary>
/// <param name="Name">The rule that is broken.</param>
/// <param name="File">The source file, from <c>src</c>.</param>
/// <param name="Find">The code, which the file has exactly once.</param>
/// <param name="Replace">Of the same kind and type.</param>
public sealed record Mutation(string Name, string File, string Find, string Replace)
{
    /// <summary>The name of the environment variable that says which mutation is in force.</summary>
    public const string Variable = "E2EKAFKA_MUTATION";

    /// <summary>A seed that notices it, tried before others. Default: none is known.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The test that notices it: its project, a slash and a part of its full name. Default: the simulator does.</summary>
    public string? Test { get; init; }

    /// <summary>Puts the mutation into a source: both versions, of which a process takes one when it runs.</summary>
    public string PutInto(string source)
    {
        var at = source.IndexOf(Find, StringComparison.Ordinal);
        if (at < 0 || source.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"'{Find}' is not exactly once in {File}: the mutation '{Name}' needs another anchor.");

        var isOn = $"E2EKafka.MutationInForce.Is(\"{Name}\")";
        var both = Find.EndsWith(';') ? $"if ({isOn}) {{ {Replace} }} else {{ {Find} }}" : $"({isOn} ? {Replace} : {Find})";
        return source[..at] + both + source[(at + Find.Length)..];
    }

    public override string ToString() => Name;
}
