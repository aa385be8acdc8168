using System.Text.Json.Serialization;

namespace E2EKafka.Cli;

/// <summary>What a check comes to.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>Works now; the operator should look after it.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Does not work, or will not for long.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It could not be found out.</summary>
    [JsonStringEnumMemberName("couldNotLook")]
    CouldNotLook,
}
