using System.Diagnostics;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>What is told of one topic's sessions: log, counts and spans. It decides nothing.</summary>
internal sealed class RotationReport(Member member, string topic)
{
    private RotationReason _lost = RotationReason.First;
    private RotationReason _reason;
    private OwnSession? _announcing;
    private DateTimeOffset _startedAt;

    /// <summary>The topic's session, if it had one, is gone.</summary>
    public void Lost(RotationReason reason)
    {
        if (_lost != RotationReason.First)
            _lost = reason;
    }

    /// <summary>A session is dropped before its end.</summary>
    public void Dropped(OwnSession session)
    {
        member.Log.SessionDropped(session.Known.Statement.Id, topic);
        Lost(RotationReason.Dropped);
    }

    /// <summary>A session is being announced.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why; <see langword="null"/> if the topic has none.</param>
    public void Announcing(OwnSession session, RotationReason? reason) =>
        (_announcing, _reason, _startedAt) = (session, reason ?? _lost, member.Now);

    /// <summary>It is announced, and may be used.</summary>
    /// <param name="session">The session.</param>
    /// <param name="readers">How many key packages it was sealed to.</param>
    public void Began(OwnSession session, int readers)
    {
        _announcing = null;
        _lost = RotationReason.Late;
        member.Log.SessionAnnounced(session.Known.Statement.Id, topic, session.Known.Statement.Ends, readers);
        member.Rotations.Add((topic, _reason));
        Spans.Record(Telemetry.Rotate, topic, parent: default, _startedAt, member.Now, span => Describe(span, session));
    }

    /// <summary>It was given up before it was used.</summary>
    public void Abandoned(OwnSession session)
    {
        if (_announcing != session)
            return;

        _announcing = null;
        Spans.Record(Telemetry.Rotate, topic, parent: default, _startedAt, member.Now,
            span => Describe(span, session).Fail(FailureReason.SessionNotReady, "The session was given up before it was used."));
    }

    /// <summary>Why a session cannot be used whose records did not reach Kafka in time.</summary>
    /// <param name="controlTopic">Where they were written to.</param>
    /// <param name="age">How long ago the session was signed.</param>
    public MemberFailure WhyUnusable(string controlTopic, TimeSpan age) => new(FailureReason.SessionNotReady, age > RecordClock.MaxDelay / 2
        ? $"The session for '{topic}' reached {controlTopic} too late to be used, {age:c} after it was signed: the broker was slow, or this process was suspended. It is tried again."
        : $"The session for '{topic}' could not be written to {controlTopic}; the log has Kafka's answer (event 15). Check the broker, its in-sync replicas, and this client's right to write there. It is tried again.");

    private Activity Describe(Activity span, OwnSession session) => span
        .SetTag(EndToEndKafkaTelemetry.SessionTag, session.Known.Statement.Id.ToString())
        .SetTag(EndToEndKafkaTelemetry.ReasonTag, _reason.ToString());
}
