using System.Text.Json;
using System.Text.Json.Serialization;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// JSON of signed records, read strictly: a member that is missing, unknown or there twice refuses the record,
/// so that two readers can never understand it differently.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(Base64UrlBytes),
        typeof(EnumName<FailureReason>),
        typeof(EnumName<HistoryAccess>),
        typeof(EnumName<MessageAuthentication>),
        typeof(EnumName<RevocationKind>),
    ])]
[JsonSerializable(typeof(JwsHeader))]
[JsonSerializable(typeof(ProjectClaims))]
[JsonSerializable(typeof(CredentialClaims))]
[JsonSerializable(typeof(RefusalClaims))]
[JsonSerializable(typeof(AuthorityRequestClaims))]
[JsonSerializable(typeof(AuthorityRequestBody))]
[JsonSerializable(typeof(KeyChangeClaims))]
[JsonSerializable(typeof(KeyPackageClaims))]
[JsonSerializable(typeof(SessionClaims))]
[JsonSerializable(typeof(GrantClaims))]
[JsonSerializable(typeof(KeyRequestClaims))]
[JsonSerializable(typeof(TicketClaims))]
[JsonSerializable(typeof(ProjectFile))]
[JsonSerializable(typeof(Policy))]
internal sealed partial class RecordJson : JsonSerializerContext;
