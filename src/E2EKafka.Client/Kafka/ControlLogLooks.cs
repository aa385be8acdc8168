using System.Collections.Concurrent;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;

namespace E2EKafka.Kafka;

/// <summary>Asks where partitions end when a look is wanted, on a thread of its own, because asking waits for the broker.</summary>
/// <param name="findEnd">Asks.</param>
/// <param name="sink">Where to report.</param>
/// <param name="log">The log.</param>
internal sealed class ControlLogLooks(Func<ControlPartition, long?> findEnd, IControlLogSink sink, UnfailingLog log) : IDisposable
{
    private readonly BlockingCollection<ControlPartition> _wanted = [];
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "E2EKafka control log looks" };
        _thread.Start();
    }

    /// <summary>Asks soon. Never waits.</summary>
    public void Look(ControlPartition partition)
    {
        try
        {
            _wanted.Add(partition);
        }
        catch (InvalidOperationException)
        {
            // Stopped.
        }
    }

    public void Stop()
    {
        _wanted.CompleteAdding();
        _thread?.Join();
    }

    public void Dispose() => _wanted.Dispose();

    private void Run()
    {
        foreach (var partition in _wanted.GetConsumingEnumerable())
        {
            long? end = null;
            try
            {
                if (!_wanted.IsAddingCompleted)
                    end = findEnd(partition);
            }
            catch (Exception e)
            {
                // Whatever a broker answers: the next look comes.
                log.RecordFailed(e);
            }

            sink.LookFound(partition, end);
        }
    }
}
