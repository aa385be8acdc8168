using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Diagnostics;

/// <summary>The spans of this library. Without a listener each costs a branch. Never a secret, never a plaintext.</summary>
internal static class Spans
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>A <c>traceparent</c> of version 00 has as many characters. Whatever else stands in the header is not looked at.</summary>
    private const int TraceParentSize = 55;

    /// <summary>What each vendor must pass on of a <c>tracestate</c>.</summary>
    private const int MaxTraceStateSize = 512;

    private static readonly ActivitySource Source = new(EndToEndKafkaTelemetry.ActivitySourceName);

    /// <summary>Whether a span has a listener.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>Begins a span, below the one that is current.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="topic">Where; <see langword="null"/> if that is not one topic.</param>
    /// <param name="startedAt">When it began. Default: now.</param>
    /// <param name="links">What it goes back to. Default: nothing.</param>
    /// <returns><see langword="null"/> if it is not sampled.</returns>
    public static Activity? Begin(string operation, string? topic, DateTimeOffset startedAt = default, IEnumerable<ActivityLink>? links = null)
    {
        var span = Source.StartActivity(topic is null ? operation : $"{operation} {topic}", ActivityKind.Internal, parentContext: default, tags: null, links, startedAt);
        return Describe(span, operation, topic);
    }

    /// <summary>A span that is over already.</summary>
    /// <param name="operation">What was done.</param>
    /// <param name="topic">Where; <see langword="null"/> if that is not one topic.</param>
    /// <param name="parent">The span that it is a part of. Default: none.</param>
    /// <param name="startedAt">When it began.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="describe">Says more of it, if it is sampled.</param>
    public static void Record(
        string operation, string? topic, ActivityContext parent, DateTimeOffset startedAt, DateTimeOffset endedAt, Action<Activity>? describe = null)
    {
        if (!AreWanted)
            return;

        // What runs on this thread has nothing to do with it.
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            using var span = Describe(
                Source.StartActivity(topic is null ? operation : $"{operation} {topic}", ActivityKind.Internal, parent, tags: null, links: null, startedAt), operation, topic);
            if (span is null)
                return;

            describe?.Invoke(span);
            span.SetEndTime(endedAt.UtcDateTime);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Says that it failed.</summary>
    public static void Fail(this Activity span, FailureReason reason, string message) =>
        span.SetTag(EndToEndKafkaTelemetry.ErrorTag, reason.ToString()).SetStatus(ActivityStatusCode.Error, message);

    /// <summary>Has no exporter show it: what it did is done again later, and has a span then.</summary>
    public static void Forget(this Activity span)
    {
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
    }

    /// <summary>The span that a record was produced in, as its headers say. They are not authenticated: it may be any.</summary>
    /// <returns>A link; none if the headers have no well-formed <c>traceparent</c>.</returns>
    public static IEnumerable<ActivityLink>? LinkOf(Headers headers)
    {
        if (headers.Count == 0 || !headers.TryGetLastBytes(TraceParent, out var parent) || parent is not { Length: TraceParentSize })
            return null;

        var state = headers.TryGetLastBytes(TraceState, out var found) && found is { Length: > 0 and <= MaxTraceStateSize } ? Encoding.ASCII.GetString(found) : null;
        return ActivityContext.TryParse(Encoding.ASCII.GetString(parent), state, isRemote: true, out var context) ? [new ActivityLink(context)] : null;
    }

    private static Activity? Describe(Activity? span, string operation, string? topic)
    {
        span?.SetTag(EndToEndKafkaTelemetry.SystemTag, Telemetry.Kafka).SetTag(EndToEndKafkaTelemetry.OperationTag, operation);
        if (topic is not null)
            span?.SetTag(EndToEndKafkaTelemetry.TopicTag, topic);
        return span;
    }
}
