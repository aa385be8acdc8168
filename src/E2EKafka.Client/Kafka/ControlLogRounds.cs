using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;

namespace E2EKafka.Kafka;

/// <summary>
/// Asks Kafka from time to time, on a thread of its own, where the control partitions start and end and what settings the control topics have; and again and
/// again while it does not answer, or a right is missing.
/// </summary>
/// <param name="topics">Looks at the topics.</param>
/// <param name="needed">The rights that this client needs.</param>
/// <param name="lookInterval">How often to look at the topics.</param>
/// <param name="partitions">The partitions that are read; <see langword="null"/> until the first are.</param>
/// <param name="findWatermarks">Asks where a partition starts and ends.</param>
/// <param name="cause">Told whether Kafka answers.</param>
/// <param name="sink">Where to report.</param>
/// <param name="log">The log.</param>
internal sealed class ControlLogRounds(
    ControlTopicWatch topics, Func<IEnumerable<TopicRight>> needed, TimeSpan lookInterval, Func<IReadOnlyList<ControlPartition>?> partitions,
    Func<ControlPartition, (long Low, long High)> findWatermarks, FirstCause cause, IControlLogSink sink, UnfailingLog log) : IDisposable
{
    /// <summary>How often that is asked for, so that silence can be told from being kept in the dark, and what was deleted is published again.</summary>
    private static readonly TimeSpan FindEndInterval = TimeSpan.FromSeconds(30);

    /// <summary>How soon Kafka is asked again while something is wrong with it.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly AutoResetEvent _lookNow = new(initialState: false);
    private readonly AutoResetEvent _askNow = new(initialState: false);
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "E2EKafka control log ends" };
        _thread.Start();
    }

    /// <summary>Has the topics looked at soon. Never waits.</summary>
    public void LookSoon() => _lookNow.Set();

    /// <summary>Has Kafka asked soon whether it answers. Never waits.</summary>
    public void AskSoon() => _askNow.Set();

    /// <summary>Looks at the topics and reports.</summary>
    public void Look()
    {
        topics.Look();
        cause.RightsFound(topics.MissingOf(needed()));
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
        _askNow.Dispose();
    }

    private bool IsUneasy => topics.IsUnsure || cause.IsSuspected || cause.LacksRights;

    private void Run()
    {
        WaitHandle[] signals = [_stop, _lookNow, _askNow];
        var interval = lookInterval < FindEndInterval ? lookInterval : FindEndInterval;
        var lookedAt = TimeProvider.System.GetTimestamp();
        var foundAt = lookedAt;
        var isAskedFor = false;
        while (WaitHandle.WaitAny(signals, isAskedFor || IsUneasy ? SecondLook : interval) is var signal && signal != Array.IndexOf(signals, _stop))
        {
            try
            {
                isAskedFor |= signal == Array.IndexOf(signals, _lookNow);
                if (partitions() is not { } read)
                    continue;

                // The settings and rights that a silent Kafka would be asked for take longer to fail.
                var isDue = TimeProvider.System.GetElapsedTime(foundAt) >= FindEndInterval;
                if ((isDue || cause.IsSuspected) && !TryFindEnds(read))
                    continue;
                if (isDue)
                    foundAt = TimeProvider.System.GetTimestamp();

                if (isAskedFor || topics.IsUnsure || cause.LacksRights || TimeProvider.System.GetElapsedTime(lookedAt) >= lookInterval)
                {
                    Look();
                    lookedAt = TimeProvider.System.GetTimestamp();
                    isAskedFor = false;
                }
            }
            catch (Exception e)
            {
                // Whatever a broker answers: the next round comes.
                log.RecordFailed(e);
            }
        }
    }

    private bool TryFindEnds(IReadOnlyList<ControlPartition> read)
    {
        var hasFailed = false;
        foreach (var partition in read)
        {
            if (_stop.WaitOne(TimeSpan.Zero))
                return false;

            try
            {
                var (low, high) = findWatermarks(partition);
                if (high >= 0)
                {
                    if (low <= high)
                        sink.LogStartFound(partition, low);
                    sink.HighWatermarkFound(partition, high);
                }
            }
            catch (KafkaException e) when (!FirstCause.IsOfConnection(e.Error))
            {
                hasFailed = true;
            }
            catch (KafkaException e)
            {
                cause.Unanswered(e.Error);
                return false;
            }
        }

        // A partition is unknown, to librdkafka, where its topic is gone and where no broker is there.
        if (hasFailed)
        {
            try
            {
                topics.Ask();
                if (!topics.KnowsOfMissing)
                    LookSoon();
            }
            catch (KafkaException e)
            {
                cause.Unanswered(e.Error);
                return false;
            }
        }

        cause.Answered();
        return true;
    }
}
