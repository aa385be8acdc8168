using System.Text.Json;

namespace E2EKafka.Cli;

/// <summary>A policy as text, as the project document has it.</summary>
internal static class PolicyJson
{
    private static readonly RecordJson Indented = new(new JsonSerializerOptions(RecordJson.Default.Options) { WriteIndented = true });

    /// <exception cref="CliException">It is not one.</exception>
    public static Policy Parse(string json, string source)
    {
        try
        {
            var policy = JsonSerializer.Deserialize(json, RecordJson.Default.Policy) ?? throw new JsonException("It is null.");
            return policy.Problem() is { } problem ? throw new CliException($"{source} is not valid: {problem}") : policy;
        }
        catch (JsonException e)
        {
            throw new CliException($"{source} is not a policy: {e.Message} Begin with what `e2ekafka policy show` prints.", e);
        }
    }

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Indented.Policy);
}
