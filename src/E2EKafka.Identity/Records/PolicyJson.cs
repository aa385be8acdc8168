using System.Text.Json;
using E2EKafka.Records;

namespace E2EKafka;

/// <summary>A policy as JSON (RFC 8259), with the names of the project document.</summary>
public static class PolicyJson
{
    private static readonly RecordJson Indented = new(new JsonSerializerOptions(RecordJson.Default.Options) { WriteIndented = true });

    /// <summary>Reads a policy, strictly: an unknown name, a missing one and one that is there twice are refused.</summary>
    /// <param name="json">The policy, as <see cref="Write"/> and <c>e2ekafka policy show</c> write it.</param>
    /// <param name="source">What the text is, for the message. Default: the policy.</param>
    /// <returns>The policy, which is valid.</returns>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>: it is not one, and why.</exception>
    public static Policy Parse(string json, string source = "The policy")
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var policy = JsonSerializer.Deserialize(json, RecordJson.Default.Policy) ?? throw new JsonException("It is null.");
            return policy.Problem() is { } problem ? throw new EndToEndKafkaException(FailureReason.ProjectInvalid, $"{source} is not valid: {problem}") : policy;
        }
        catch (JsonException e)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"{source} is not a policy: {e.Message} Begin with what `e2ekafka policy show` prints, or PolicyJson.Write.", e);
        }
    }

    /// <summary>Writes a policy, indented. What has its default is left out.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>The text, which <see cref="Parse"/> reads.</returns>
    public static string Write(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return JsonSerializer.Serialize(policy, Indented.Policy);
    }
}
