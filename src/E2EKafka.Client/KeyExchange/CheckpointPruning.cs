using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Has the checkpoint forget credentials and key packages that nothing can be judged by any more. Once a day, when the broker's time is known.</summary>
internal sealed class CheckpointPruning(Member member)
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public void Advance()
    {
        if (member.Clock.Confirmed is null || member.Steady.Now < _next)
            return;

        _next = member.Steady.Now + Interval;
        member.Checkpoint.Write();
        IReadOnlyList<KeyValuePair<string, string>> records;
        try
        {
            records = [.. member.Checkpoint.Records()];
        }
        catch (EndToEndKafkaException)
        {
            // The vault cannot be read now. Tomorrow it is tried again.
            return;
        }

        foreach (var (name, record) in records)
        {
            if (EndOf(record) is { } end && member.Clock.Confirmed > end)
                member.Checkpoint.Forget(name);
        }
    }

    private DateTimeOffset? EndOf(string record) => Jws.TryParse(record) switch
    {
        { Type: RecordTypes.Credential } jws when jws.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims =>
            RecordClock.ToTime(claims.Exp) + ControlTopic.MemberRetention + member.Directory.Project.LongestKeyRetention,
        { Type: RecordTypes.KeyPackage } jws when jws.ReadUnverified(RecordJson.Default.KeyPackageClaims) is { } claims => RecordClock.ToTime(claims.Exp),
        _ => null,
    };
}
