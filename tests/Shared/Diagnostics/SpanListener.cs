using System.Diagnostics;

namespace E2EKafka;

/// <summary>Samples and keeps the spans of this library, as an exporter would: those that are recorded, when they end.</summary>
internal sealed class SpanListener : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly List<Activity> _spans = [];

    public SpanListener(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EndToEndKafkaTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sampling,
            ActivityStopped = span =>
            {
                lock (_spans)
                {
                    if (span.Recorded)
                        _spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Spans
    {
        get
        {
            lock (_spans)
                return [.. _spans];
        }
    }

    public IEnumerable<string> Names => Spans.Select(span => span.DisplayName);

    public Activity Single(string name) => Spans.Single(span => span.DisplayName == name);

    public void Dispose() => _listener.Dispose();
}
