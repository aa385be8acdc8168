using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.AspNetCore;

/// <summary>The bodies of the endpoints, read strictly. What is null is not written.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RevocationKindName)])]
[JsonSerializable(typeof(AuthorityState))]
[JsonSerializable(typeof(AuthorityProblem))]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(CreatedTicket))]
[JsonSerializable(typeof(CancelledTicket))]
[JsonSerializable(typeof(IReadOnlyList<IssuedTicket>))]
[JsonSerializable(typeof(IReadOnlyList<EnrolledMember>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class EndpointJson : JsonSerializerContext;

/// <summary><c>departed</c> or <c>compromised</c>.</summary>
internal sealed class RevocationKindName() : JsonStringEnumConverter<RevocationKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>Whether the authority answers.</summary>
internal sealed record AuthorityState(
    string Name, string Project, string Authority, long Version, bool IsServing, string? Reason, string? NotServing, string? Warning);

/// <summary>A problem document (RFC 9457).</summary>
internal sealed record AuthorityProblem(int Status, string Title, string Detail, string Reason);

/// <summary>Asks for a ticket.</summary>
/// <param name="Attributes">What policy rules will know the member by. Default: none.</param>
/// <param name="Uses">How many identities may enroll with it. Default 1.</param>
/// <param name="LifetimeSeconds">How long it can be used. Default 600.</param>
internal sealed record TicketRequest(IReadOnlyDictionary<string, string>? Attributes = null, int? Uses = null, long? LifetimeSeconds = null);

/// <summary>A ticket: a secret.</summary>
internal sealed record CreatedTicket(string Ticket);

/// <summary>The members that enrolled with a ticket that was cancelled.</summary>
internal sealed record CancelledTicket(IReadOnlyList<string> Members);
