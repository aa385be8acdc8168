using System.Text.Json.Serialization;

namespace E2EKafka.Cli;

/// <summary>JSON that the tool prints and keeps. Names of properties are part of its interface: they are not changed, only added.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ProjectConnection))]
[JsonSerializable(typeof(IdentityNote))]
[JsonSerializable(typeof(IdentityListing))]
[JsonSerializable(typeof(IReadOnlyList<IdentityListing>))]
[JsonSerializable(typeof(IReadOnlyList<CheckResult>))]
[JsonSerializable(typeof(IReadOnlyList<MemberListing>))]
internal sealed partial class CliJson : JsonSerializerContext;
