using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Cli;

/// <summary>JSON between two processes of the tool: one line each, read strictly: what is null is written, too. Both are of one release, and it may change with any.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(EnumName<FailureReason>), typeof(EnumName<RevocationKind>)])]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
