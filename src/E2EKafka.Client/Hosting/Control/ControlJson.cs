using System.Text.Json;
using System.Text.Json.Serialization;
using E2EKafka.Records;

namespace E2EKafka.Hosting;

/// <summary>JSON between the tool and the process that holds a vault: one line each, read strictly: what is null is written, too. Both are of one release, and it may change with any.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(EnumName<FailureReason>), typeof(EnumName<RevocationKind>)])]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
