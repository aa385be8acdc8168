using System.Collections.Concurrent;
using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;
using E2EKafka.Records;

namespace E2EKafka.Kafka;

/// <summary>
/// Reads control topics on a thread of its own, by assignment from an offset, and commits nothing. Safe for many threads.
/// </summary>
internal sealed class ControlTopicReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    private readonly ControlTopicLayout _layout;
    private readonly IControlLogSink _sink;
    private readonly IControlTopicEvents _events;
    private readonly UnfailingLog _log;
    private readonly IConsumer<Ignore, byte[]?> _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ControlPartition, long> _wanted = [];
    private readonly ConcurrentQueue<TopicPartitionOffset> _again = new();
    private readonly Dictionary<TopicPartition, (long Offset, TimestampType Time)> _lastRead = [];
    private Thread? _thread;
    private bool _assigned;

    /// <param name="kafka">The settings of the Kafka clients.</param>
    /// <param name="layout">The names of the topics.</param>
    /// <param name="identifier">Names the consumer's group, which it neither joins nor commits to.</param>
    /// <param name="sink">Where to report what was read.</param>
    /// <param name="events">Told of what Kafka does.</param>
    /// <param name="tokens">Gives tokens to log in with.</param>
    /// <param name="log">The log.</param>
    public ControlTopicReader(
        IReadOnlyDictionary<string, string> kafka, ControlTopicLayout layout, string identifier, IControlLogSink sink, IControlTopicEvents events,
        OAuthBearerTokens tokens, UnfailingLog log)
    {
        (_layout, _sink, _events, _log) = (layout, sink, events, log);
        var config = new ConsumerConfig(new Dictionary<string, string>(kafka))
        {
            GroupId = $"e2ekafka-{identifier}",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,

            // A record counts by its signature. A transaction left open must not hold a partition up.
            IsolationLevel = IsolationLevel.ReadUncommitted,

            // An application's consumer may leave out what it does not need.
            ConsumeResultFields = "all",
        };
        var builder = new ConsumerBuilder<Ignore, byte[]?>(config)
            .SetErrorHandler((_, error) => events.Failed(error))
            .SetLogHandler((_, message) => events.Logged(message));
        if (tokens.AreGiven)
            builder.SetOAuthBearerTokenRefreshHandler(tokens.Refresh);
        _consumer = builder.Build();
    }

    /// <summary>The Kafka client, for questions to the cluster.</summary>
    public Handle Handle => _consumer.Handle;

    /// <summary>The partitions that are read; <see langword="null"/> until the first are.</summary>
    public IReadOnlyList<ControlPartition>? Partitions
    {
        get
        {
            lock (_lock)
                return _assigned ? [.. _wanted.Keys] : null;
        }
    }

    /// <param name="prepare">Waits until the topics are there. Throws where it is cancelled.</param>
    public void Start(Action<CancellationToken> prepare)
    {
        _thread = new Thread(() => ReadUntilStopped(prepare)) { IsBackground = true, Name = "E2EKafka control log" };
        _thread.Start();
    }

    /// <summary>
    /// Has the client report what it has to, before anything is read. It asks for a token to log in with here, and not where questions are put to
    /// the cluster. To be called by the thread that <see cref="Start"/> made.
    /// </summary>
    public void Poll(TimeSpan time)
    {
        try
        {
            _consumer.Consume(time);
        }
        catch (KafkaException e)
        {
            _events.Failed(e.Error);
        }
    }

    /// <summary>Has a partition read, from an offset on. Does nothing if it is read already.</summary>
    public void Read(ControlPartition partition, long from)
    {
        lock (_lock)
        {
            if (!_wanted.TryAdd(partition, from) || !_assigned)
                return;

            try
            {
                _consumer.IncrementalAssign([From(partition, from)]);
            }
            catch (KafkaException e)
            {
                // It is asked for again.
                _wanted.Remove(partition);
                _log.KafkaProblem(e.Error.Reason);
            }
        }
    }

    /// <summary>Has a partition read again from an offset, or from there at first, if it is not read yet.</summary>
    public void ReadAgain(ControlPartition partition, long from)
    {
        lock (_lock)
        {
            if (_assigned && _wanted.ContainsKey(partition))
            {
                _again.Enqueue(new TopicPartitionOffset(partition.On(_layout), from));
                return;
            }

            if (_wanted.ContainsKey(partition))
                _wanted[partition] = from;
        }

        // Where it is read later, that begins where the engine says then.
        _sink.ReadingAgain(partition, from);
    }

    /// <returns>The offset of the first record, and that behind the last.</returns>
    /// <exception cref="KafkaException">Kafka does not answer in time.</exception>
    public (long Low, long High) FindWatermarks(ControlPartition partition)
    {
        var found = _consumer.QueryWatermarkOffsets(partition.On(_layout), Patience);
        return (found.Low.Value, found.High.Value);
    }

    /// <summary>Ends the reading. To be called before what <see cref="Handle"/> was given to is disposed.</summary>
    public void Stop()
    {
        _stop.Cancel();
        _thread?.Join();
    }

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void ReadUntilStopped(Action<CancellationToken> prepare)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!_assigned)
                {
                    prepare(_stop.Token);
                    Assign();
                }

                ReadNext();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever a broker answers or a record holds: it ends neither the process nor the reading.
                _log.RecordFailed(e);
                _stop.Token.WaitHandle.WaitOne(Retry);
            }
        }
    }

    private void Assign()
    {
        lock (_lock)
        {
            _consumer.Assign(_wanted.Select(pair => From(pair.Key, pair.Value)));
            _assigned = true;
        }

        _events.Begun();
    }

    private void ReadNext()
    {
        ConsumeResult<Ignore, byte[]?>? result;
        try
        {
            GoBack();
            result = _consumer.Consume(PollTime);
        }
        catch (ConsumeException e)
        {
            _events.NotRead(e.ConsumerRecord?.TopicPartition, e.Error);
            _stop.Token.WaitHandle.WaitOne(PollTime);
            return;
        }
        catch (KafkaException e)
        {
            _events.Failed(e.Error);
            _stop.Token.WaitHandle.WaitOne(PollTime);
            return;
        }

        if (result is null)
            return;
        var partition = _layout.PartitionOf(result.TopicPartition);
        if (result.IsPartitionEOF)
        {
            _events.ReadToEnd(result.TopicPartition, _lastRead.TryGetValue(result.TopicPartition, out var newest) ? newest.Time : null);
            _sink.CaughtUp(partition, result.Offset.Value);
            return;
        }

        // A record that comes again means that the topic was created again, perhaps by the broker with its own defaults.
        var (offset, timestamp) = (result.Offset.Value, result.Message.Timestamp);
        if (_lastRead.TryGetValue(result.TopicPartition, out var last) && offset <= last.Offset)
            _events.ReadBack();
        _lastRead[result.TopicPartition] = (offset, timestamp.Type);
        var isTime = KafkaTime.TryRead(timestamp, out var time);
        _sink.Received(new ControlRecord(partition, result.Message.Value, time, offset)
        {
            HasBadTimestamp = !isTime,
            IsStamped = time is not null && timestamp.Type == TimestampType.LogAppendTime,
        });
    }

    // On this thread, so that no record from before it comes after it. A seek that is refused, as where the broker is away, must not keep the other
    // partitions from being read.
    private void GoBack()
    {
        for (var left = _again.Count; left > 0 && _again.TryDequeue(out var from); left--)
        {
            try
            {
                _consumer.Seek(from);
            }
            catch (KafkaException e)
            {
                _log.KafkaClient($"{from.TopicPartition} is not read again yet: {e.Error.Reason}");
                _again.Enqueue(from);
                continue;
            }

            _lastRead.Remove(from.TopicPartition);
            _sink.ReadingAgain(_layout.PartitionOf(from.TopicPartition), from.Offset.Value);
        }
    }

    private TopicPartitionOffset From(ControlPartition partition, long offset) =>
        new(partition.On(_layout), offset <= 0 ? Offset.Beginning : offset);
}
