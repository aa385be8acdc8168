using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Authority;

/// <summary>JSON of what the authority keeps in its vault, read as strictly as signed records.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TicketRecord))]
[JsonSerializable(typeof(MemberRecord))]
internal sealed partial class AuthorityJson : JsonSerializerContext;
