using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>
/// Whether this machine's clock is right: by the time that a broker gives to a record written now, and by what the authority has signed,
/// which cannot be from the future.
/// </summary>
internal sealed class ClockCheck(IKafkaView kafka, AuthorityTopic authority, ProjectDocument project, TimeProvider time) : ICheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(30);

    private const string Remedy =
        "Set it by NTP. More than 2 min apart, members refuse each other's records and credentials; a step of more than 10 s costs each topic a new session.";

    public string Subject => "clock";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var (difference, whose, why, lacked) = await DifferenceToBrokerAsync().ConfigureAwait(false);
        if (authority.LastSigned - time.GetUtcNow() is { } ahead && ahead > RecordClock.Skew && ahead > -(difference ?? TimeSpan.Zero))
            (difference, whose) = (-ahead, "the authority");

        if (difference is not { } found)
        {
            const string rest = "The authority has signed nothing in this clock's future, which is all that can be said.";
            return lacked is null
                ? Finding.CouldNotLook($"{why} {rest}")
                : Finding.Lacks(lacked, $"A record would show the broker's time. {rest}");
        }

        var words = $"{Duration.InWords(found.Duration())} {(found > TimeSpan.Zero ? "ahead of" : "behind")} {whose}'s";
        return found.Duration() > RecordClock.Skew ? Finding.Failed($"This machine's clock is {words}.", Remedy)
            : found.Duration() > Noticeable ? Finding.Warning($"This machine's clock is {words}.", Remedy)
            : Finding.Passed($"Less than {Duration.InWords(Noticeable)} from the broker's.");
    }

    /// <summary>How far this clock is ahead of the broker's, at least; or why that cannot be said.</summary>
    private async Task<(TimeSpan? Difference, string Whose, string? Why, RightMissingException? Lacked)> DifferenceToBrokerAsync()
    {
        var requests = project.Control.Requests;
        try
        {
            // Asking for a topic by name can create it.
            if (!kafka.ReadTopics().ContainsKey(requests))
                return (null, "", $"{requests} is missing, whose records would have the broker's time.", null);

            var before = time.GetUtcNow();
            var written = await kafka.WriteEmptyRecordAsync(requests).ConfigureAwait(false);
            var after = time.GetUtcNow();
            if (written.Type != TimestampType.LogAppendTime)
                return (null, "", $"{requests} keeps the writer's time, not the broker's.", null);

            if (KafkaTime.Of(written) is not { } broker)
                return (null, "", $"Kafka's timestamp of a record on {requests} is not a time.", null);

            var difference = broker < before ? before - broker : broker > after ? after - broker : TimeSpan.Zero;
            return (difference, "the broker", null, null);
        }
        catch (RightMissingException e)
        {
            return (null, "", null, e);
        }
        catch (KafkaException e)
        {
            return (null, "", $"no record could be written to {requests} to see the broker's time: {e.Error.Reason.TrimEnd('.')}.", null);
        }
    }
}
