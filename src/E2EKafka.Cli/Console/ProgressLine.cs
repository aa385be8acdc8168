using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>One line on a terminal that is written over and over, a few times a second.</summary>
internal sealed class ProgressLine(Surroundings surroundings)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly long _startedAt = surroundings.Time.GetTimestamp();
    private long _shownAt;

    public void Show(long sent, long delivered)
    {
        var time = surroundings.Time;
        if (time.GetElapsedTime(_shownAt) < Interval)
            return;

        _shownAt = time.GetTimestamp();
        var rate = delivered / Math.Max(0.001, time.GetElapsedTime(_startedAt).TotalSeconds);
        surroundings.ShowProgress(string.Create(CultureInfo.InvariantCulture, $"{sent:N0} sent, {delivered:N0} delivered, {rate:N0}/s"));
    }

    public void Clear() => surroundings.EndProgress();
}
