using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A record that says nothing: its writer compares its clock with the time at which the broker acknowledges it. Readers pass over it.</summary>
internal static class ClockProbe
{
    public static string Create(string projectId, string member, SigningKey identity, DateTimeOffset now) => Jws.Sign(
        RecordTypes.ClockProbe, identity, new ClockProbeClaims(projectId, member, now.ToUnixTimeSeconds()), RecordJson.Default.ClockProbeClaims);
}
