namespace E2EKafka.Diagnostics;

/// <summary>How many messages were refused, where, whose and why. Safe for many threads.</summary>
/// <param name="audit">Told of messages that may be forged. Default: no one.</param>
internal sealed class RefusalCounts(ForgeryAudit? audit = null)
{
    private readonly BoundedCounts<(string Topic, string Producer, FailureReason Reason)> _counts = new(static key =>
        (EndToEndKafkaTelemetry.OtherValue, key.Producer.Length == 0 ? "" : EndToEndKafkaTelemetry.OtherValue, key.Reason));

    /// <summary>Counts a message, unless it was only early.</summary>
    public void Add(string topic, OpenFailure failure)
    {
        if (failure.Kind == FailureKind.Transient)
            return;

        var (key, count) = _counts.Add((topic, failure.Producer, failure.Reason));
        audit?.Refused(key.Topic, key.Producer, key.Reason, count);
    }

    public IReadOnlyList<RefusedMessages> ToList() =>
    [
        .. _counts.ToList()
            .Select(pair => new RefusedMessages(pair.Key.Topic, pair.Key.Producer, pair.Key.Reason, pair.Count))
            .OrderBy(refused => refused.Topic, StringComparer.Ordinal)
            .ThenBy(refused => refused.Producer, StringComparer.Ordinal)
            .ThenBy(refused => refused.Reason)
    ];
}
