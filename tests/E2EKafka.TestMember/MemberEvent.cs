using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.TestMember;

/// <summary>One line of the process's standard output, as JSON.</summary>
/// <param name="Kind">What happened.</param>
public sealed record MemberEvent(MemberEventKind Kind)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The member's identifier, when it is <see cref="MemberEventKind.Ready"/>.</summary>
    public string? Identifier { get; init; }

    /// <summary>The value of a message, where it was sent or opened.</summary>
    public string? Value { get; init; }

    /// <summary>The partition of a message that was received.</summary>
    public int? Partition { get; init; }

    /// <summary>The offset of a message that was received.</summary>
    public long? Offset { get; init; }

    /// <summary>Who sent the message.</summary>
    public string? Producer { get; init; }

    /// <summary>The session of the message.</summary>
    public string? Session { get; init; }

    /// <summary>What proves the producer.</summary>
    public MessageProof? ProvenBy { get; init; }

    /// <summary>Why a message was refused, here or by its reader, or the process failed.</summary>
    public FailureReason? Reason { get; init; }

    /// <summary>The text that goes with the reason.</summary>
    public string? Message { get; init; }

    /// <summary>The name of a logged event.</summary>
    public string? Name { get; init; }

    /// <summary>What a logged event is about.</summary>
    public IReadOnlyDictionary<string, string?>? Details { get; init; }

    public static MemberEvent Parse(string line) => JsonSerializer.Deserialize<MemberEvent>(line, Json)!;

    public string ToLine() => JsonSerializer.Serialize(this, Json);
}
