using System.Collections.Concurrent;
using E2EKafka.KeyExchange;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>
/// Has the audit log say of messages and control records that they may be forged: the first of a kind at once, then at most one in
/// <see cref="Interval"/> of each kind, with their number: who can write to a topic must not be able to fill the log. Safe for many threads.
/// </summary>
internal sealed class ForgeryAudit(ILogger audit, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<object, long> _saidAt = new();

    /// <summary>A message was refused.</summary>
    /// <param name="topic">Where it was read from.</param>
    /// <param name="producer">Whose session it names; empty if that is not known.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many of this kind were refused by now.</param>
    public void Refused(string topic, string producer, FailureReason reason, long count)
    {
        if (IsForgery(reason) && IsDue((topic, producer, reason)))
            audit.ForgedMessageRefused(time.GetUtcNow(), topic, producer, reason, count);
    }

    /// <summary>A control record was refused.</summary>
    /// <param name="topic">Where it was read from.</param>
    /// <param name="problem">Why.</param>
    /// <param name="count">How many were refused for that reason by now.</param>
    public void Refused(ControlTopicKind topic, RecordProblem problem, long count)
    {
        if (problem is RecordProblem.BadSignature or RecordProblem.CommitmentMismatch or RecordProblem.Conflict && IsDue((topic, problem)))
            audit.ForgedRecordRefused(time.GetUtcNow(), topic, problem, count);
    }

    // What no honest producer sends where it was found.
    private static bool IsForgery(FailureReason reason) => reason is
        FailureReason.SignatureInvalid or FailureReason.AuthenticationFailed or FailureReason.UnknownSession or FailureReason.WrongTopic or
        FailureReason.RecordKeyMismatch or FailureReason.ProducerDenied or FailureReason.ProducerRevoked;

    private bool IsDue(object kind)
    {
        var now = time.GetTimestamp();
        if (!_saidAt.TryGetValue(kind, out var last))
            return _saidAt.TryAdd(kind, now);

        return time.GetElapsedTime(last, now) >= Interval && _saidAt.TryUpdate(kind, now, last);
    }
}
