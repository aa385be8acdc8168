using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;

namespace E2EKafka.Kafka;

/// <summary>
/// Asks Kafka from time to time, on a thread of its own, where the control partitions start and end and what settings the control topics have.
/// </summary>
/// <param name="topics">Looks at the topics.</param>
/// <param name="lookInterval">How often to look at them.</param>
/// <param name="partitions">The partitions that are read; <see langword="null"/> until the first are.</param>
/// <param name="findWatermarks">Asks where a partition starts and ends.</param>
/// <param name="sink">Where to report.</param>
/// <param name="log">The log.</param>
internal sealed class ControlLogRounds(
    ControlTopicWatch topics, TimeSpan lookInterval, Func<IReadOnlyList<ControlPartition>?> partitions,
    Func<ControlPartition, (long Low, long High)?> findWatermarks, IControlLogSink sink, UnfailingLog log) : IDisposable
{
    /// <summary>How often that is asked for, so that silence can be told from being kept in the dark, and what was deleted is published again.</summary>
    private static readonly TimeSpan FindEndInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly AutoResetEvent _lookNow = new(initialState: false);
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "E2EKafka control log ends" };
        _thread.Start();
    }

    /// <summary>Has the topics looked at soon. Never waits.</summary>
    public void LookSoon() => _lookNow.Set();

    /// <summary>Looks at the topics and reports.</summary>
    public void Look()
    {
        topics.Look();
        sink.TopicsFound(topics.Facts);
    }

    public void Stop()
    {
        _stop.Set();
        _thread?.Join();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _lookNow.Dispose();
    }

    private void Run()
    {
        WaitHandle[] signals = [_stop, _lookNow];
        var interval = lookInterval < FindEndInterval ? lookInterval : FindEndInterval;
        var lookedAt = TimeProvider.System.GetTimestamp();
        var foundAt = lookedAt;
        while (WaitHandle.WaitAny(signals, topics.IsUnsure ? SecondLook : interval) is var signal && signal != Array.IndexOf(signals, _stop))
        {
            try
            {
                if (partitions() is not { } read)
                    continue;

                var isAskedFor = signal == Array.IndexOf(signals, _lookNow);
                if (isAskedFor || topics.IsUnsure || TimeProvider.System.GetElapsedTime(lookedAt) >= lookInterval)
                {
                    Look();
                    lookedAt = TimeProvider.System.GetTimestamp();
                }

                if (TimeProvider.System.GetElapsedTime(foundAt) >= FindEndInterval)
                {
                    FindEnds(read);
                    foundAt = TimeProvider.System.GetTimestamp();
                }
            }
            catch (Exception e)
            {
                // Whatever a broker answers: the next round comes.
                log.RecordFailed(e);
            }
        }
    }

    private void FindEnds(IReadOnlyList<ControlPartition> read)
    {
        foreach (var partition in read)
        {
            if (_stop.WaitOne(TimeSpan.Zero))
                return;
            if (findWatermarks(partition) is not var (low, high))
                continue;

            sink.Problem(null);
            sink.LogStartFound(partition, low);
            sink.HighWatermarkFound(partition, high);
        }
    }
}
