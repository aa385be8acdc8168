using System.Text.Json;
using E2EKafka.Records;

namespace E2EKafka.Policies;

/// <summary>A policy as text, as the project document has it.</summary>
internal static class PolicyJson
{
    private static readonly RecordJson Indented = new(new JsonSerializerOptions(RecordJson.Default.Options) { WriteIndented = true });

    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>: it is not one.</exception>
    public static Policy Parse(string json, string source)
    {
        try
        {
            var policy = JsonSerializer.Deserialize(json, RecordJson.Default.Policy) ?? throw new JsonException("It is null.");
            return policy.Problem() is { } problem ? throw new EndToEndKafkaException(FailureReason.ProjectInvalid, $"{source} is not valid: {problem}") : policy;
        }
        catch (JsonException e)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"{source} is not a policy: {e.Message} Begin with what `e2ekafka policy show` prints, or Policy.ToJson().", e);
        }
    }

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Indented.Policy);
}
