using System.Text.Json;
using System.Text.Json.Serialization;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// The members of signed records, read strictly: one that is missing, unknown or there twice refuses the record. Records themselves are
/// written and read through <see cref="ExactJson"/>, which allows one spelling; directly it is for the files that people see.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = MaxDepth,
    Converters =
    [
        typeof(Base64UrlBytes),
        typeof(EnumName<FailureReason>),
        typeof(EnumName<HistoryAccess>),
        typeof(EnumName<MessageAuthentication>),
        typeof(EnumName<RevocationKind>),
    ])]
[JsonSerializable(typeof(ProjectClaims))]
[JsonSerializable(typeof(RevocationClaims))]
[JsonSerializable(typeof(CredentialClaims))]
[JsonSerializable(typeof(RefusalClaims))]
[JsonSerializable(typeof(AuthorityRequestClaims))]
[JsonSerializable(typeof(AuthorityRequestBody))]
[JsonSerializable(typeof(KeyChangeClaims))]
[JsonSerializable(typeof(KeyPackageClaims))]
[JsonSerializable(typeof(AnnouncementClaims))]
[JsonSerializable(typeof(StatementClaims))]
[JsonSerializable(typeof(SessionCore))]
[JsonSerializable(typeof(GrantClaims))]
[JsonSerializable(typeof(KeyRequestClaims))]
[JsonSerializable(typeof(ClockProbeClaims))]
[JsonSerializable(typeof(TicketClaims))]
[JsonSerializable(typeof(ProjectFile))]
[JsonSerializable(typeof(Policy))]
internal sealed partial class RecordJson : JsonSerializerContext
{
    /// <summary>How deep arrays and objects may be nested.</summary>
    private const int MaxDepth = 16;
}
