using System.Text;
using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;

namespace E2EKafka.Kafka;

/// <summary>
/// Writes to the control topics over a producer of its own: idempotently, with acks=all. A producer that librdkafka calls fatal fails for ever,
/// so the next publication gets another. Safe for many threads.
/// </summary>
internal sealed class ControlTopicWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ProducerBuilder<Null, byte[]> _builder;
    private readonly Action<DeliveryReport<Null, byte[]>> _delivered;
    private readonly Action<Publication, bool> _written;
    private readonly UnfailingLog _log;
    private IProducer<Null, byte[]> _producer;
    private Task _replaced = Task.CompletedTask;
    private volatile IProducer<Null, byte[]>? _failed;

    /// <param name="kafka">The settings of the Kafka clients.</param>
    /// <param name="failed">Told of the producer's errors.</param>
    /// <param name="logged">Told of the producer's log.</param>
    /// <param name="delivered">Told what became of each record.</param>
    /// <param name="written">Told whether all records of a publication are durable.</param>
    /// <param name="log">The log.</param>
    public ControlTopicWriter(
        IReadOnlyDictionary<string, string> kafka, Action<Error> failed, Action<LogMessage> logged, Action<DeliveryReport<Null, byte[]>> delivered,
        Action<Publication, bool> written, UnfailingLog log)
    {
        var config = new ProducerConfig(new Dictionary<string, string>(kafka))
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 0,
            MessageTimeoutMs = 30_000,

            // A producer asks for its topics by name. A broker would create one that was deleted, with its own defaults.
            AllowAutoCreateTopics = false,
        };
        (_delivered, _written, _log) = (delivered, written, log);
        _builder = new ProducerBuilder<Null, byte[]>(config)
            .SetErrorHandler((producer, error) =>
            {
                if (error.IsFatal)
                    _failed = producer;
                failed(error);
            })
            .SetLogHandler((_, message) => logged(message));
        _producer = _builder.Build();
    }

    /// <summary>Writes records in order. Returns at once.</summary>
    public void Write(TopicPartition partition, Publication publication)
    {
        var outstanding = publication.Records.Count;
        var allDurable = 1;
        lock (_lock)
        {
            if (ReferenceEquals(_failed, _producer))
                Replace();
            foreach (var record in publication.Records)
            {
                try
                {
                    _producer.Produce(partition, new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes(record) }, Delivered);
                }
                catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
                {
                    _log.KafkaProblem(e.Message);
                    Done(false);
                }
            }
        }

        void Delivered(DeliveryReport<Null, byte[]> report)
        {
            _delivered(report);
            Done(report.Status == PersistenceStatus.Persisted);
        }

        void Done(bool durable)
        {
            if (!durable)
                Volatile.Write(ref allDurable, 0);
            if (Interlocked.Decrement(ref outstanding) == 0)
                _written(publication, Volatile.Read(ref allDurable) == 1);
        }
    }

    public void Dispose()
    {
        _producer.Dispose();
        _replaced.Wait();
    }

    // What the old one did not write, its publications are told, and are signed and published again. Not disposed on this thread: its callbacks
    // may wait for this thread to take what they report.
    private void Replace()
    {
        _log.KafkaProblem("The producer of the control topics cannot go on. Another one takes its place.");
        var old = _producer;
        var before = _replaced;
        _replaced = Task.Run(async () =>
        {
            await before.ConfigureAwait(false);
            old.Dispose();
        });
        _producer = _builder.Build();
    }
}
