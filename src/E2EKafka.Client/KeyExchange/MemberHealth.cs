using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>
/// What applications and operators are told of a member: whether it is ready, else why, with the first cause on Kafka's side, and its gauges.
/// Written by the loop's thread, read by any.
/// </summary>
internal sealed class MemberHealth(MemberEngine engine, ILogger log)
{
    /// <summary>The largest lag of a partition in the metrics. A broker may name any end, and the sum must not overflow.</summary>
    private const long MaxLag = 1L << 40;

    private readonly Dictionary<ControlPartition, long> _ends = [];
    private volatile MemberFailure? _problem;
    private volatile MemberFailure? _notReady = new(FailureReason.NotReady, "The member is starting.");
    private volatile MemberGauges _gauges = new(IsReady: false, null, null, 0, 0, ImmutableDictionary<RecordProblem, long>.Empty);
    private bool _wasReady;

    /// <summary>Why the member is not ready; <see langword="null"/> if it is.</summary>
    public MemberFailure? NotReady => _notReady;

    /// <summary>What the member's metrics show.</summary>
    public MemberGauges Gauges => _gauges;

    /// <summary>What is wrong with Kafka; <see langword="null"/> if nothing is. Any thread may set it.</summary>
    public MemberFailure? KafkaProblem { set => _problem = value; }

    /// <summary>Kafka has said where a partition ends.</summary>
    public void EndFound(ControlPartition partition, long offset) => _ends[partition] = offset;

    /// <summary>Where a partition ends, if Kafka has said.</summary>
    public long? EndOf(ControlPartition partition) => _ends.TryGetValue(partition, out var end) ? end : null;

    /// <summary>Tells what is so now.</summary>
    /// <param name="topicWarning">What is wrong with the control topics, where the member goes on all the same.</param>
    public void Update(string? topicWarning)
    {
        _notReady = engine.NotReady is { } failure ? Explain(failure) : _problem;
        Measure(topicWarning);
        if (_notReady is null == _wasReady)
            return;

        _wasReady = !_wasReady;
        if (_notReady is { } notReady)
            log.NotReady(engine.Identifier, notReady.Reason, notReady.Message);
        else
            log.Ready(engine.Identifier, engine.Project.Id);
    }

    /// <summary>A transient failure is explained by what is wrong with Kafka. A refusal by the project is its own explanation.</summary>
    public MemberFailure Explain(MemberFailure failure) =>
        failure.Reason.Kind() != FailureKind.Transient || _problem is not { } problem ? failure
        : failure.Reason == FailureReason.SessionNotReady ? problem with { Message = $"{failure.Message} {problem.Message}" }
        : problem;

    /// <summary>Whether a failure ends without a restart: what an operator repairs on Kafka, or the project's owner in the document, does.</summary>
    public static bool CanHeal(FailureReason reason) =>
        reason.Kind() == FailureKind.Transient || reason is FailureReason.KafkaAccessDenied or FailureReason.ControlTopicMissing or FailureReason.ControlTopicMisconfigured
            or FailureReason.ProjectInvalid or FailureReason.AlgorithmNotAvailable;

    /// <summary>The member has stopped.</summary>
    public void Stop(MemberFailure stopped) => _notReady = stopped;

    private void Measure(string? topicWarning)
    {
        var credential = engine.Credential;
        var wasOverdue = _gauges.RenewalOverdueSince is not null;
        _gauges = new MemberGauges(
            _notReady is null,
            credential?.ExpiresAt,
            engine.Report.RenewalOverdueSince,
            engine.Report.MissingKeys,
            engine.Partitions.Sum(partition => EndOf(partition) is { } end ? Math.Clamp(end - engine.Inbox.JudgedOf(partition), 0, MaxLag) : 0),
            engine.Report.Skipped.ToImmutableDictionary(),
            Join(Join(topicWarning, engine.Report.ClockWarning), engine.Report.VaultWarning));
        if (_gauges.RenewalWarning is { } warning && !wasOverdue)
            log.RenewalOverdue(warning);
    }

    private static string? Join(string? first, string? second) => first is null ? second : second is null ? first : $"{first} {second}";
}
