using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Cli;

/// <summary>JSON that the tool prints and keeps. Names of properties are part of its interface: they are not changed, only added.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EnumName<FailureReason>), typeof(EnumName<RevocationKind>), typeof(EnumName<Verdict>), typeof(EnumName<MessageProof>), typeof(EnumName<MessageAuthentication>)],
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ProjectConnection))]
[JsonSerializable(typeof(IdentityNote))]
[JsonSerializable(typeof(IdentityListing))]
[JsonSerializable(typeof(IReadOnlyList<IdentityListing>))]
[JsonSerializable(typeof(IReadOnlyList<CheckResult>))]
[JsonSerializable(typeof(IReadOnlyList<EnrolledMember>))]
[JsonSerializable(typeof(IReadOnlyList<IssuedTicket>))]
[JsonSerializable(typeof(IReadOnlyList<Reader>))]
[JsonSerializable(typeof(InspectedRecord))]
[JsonSerializable(typeof(StatusListing))]
[JsonSerializable(typeof(CreatedProject))]
[JsonSerializable(typeof(PrintedMessage))]
[JsonSerializable(typeof(EnrollmentListing))]
[JsonSerializable(typeof(IReadOnlyList<ControlTopicListing>))]
[JsonSerializable(typeof(CreatedTicket))]
[JsonSerializable(typeof(CancelledTicket))]
[JsonSerializable(typeof(ChangedProject))]
[JsonSerializable(typeof(RevokedMember))]
[JsonSerializable(typeof(SetMember))]
[JsonSerializable(typeof(ProducedMessages))]
[JsonSerializable(typeof(RunningCluster))]
[JsonSerializable(typeof(RunningAuthority))]
[JsonSerializable(typeof(PrintedTopology))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>An object a line.</summary>
    public static CliJson Lines => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}
