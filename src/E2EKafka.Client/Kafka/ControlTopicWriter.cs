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
    private readonly IControlTopicEvents _events;
    private readonly Action<Publication, Acknowledgement> _written;
    private readonly UnfailingLog _log;
    private IProducer<Null, byte[]> _producer;
    private Task _replaced = Task.CompletedTask;
    private volatile IProducer<Null, byte[]>? _failed;

    /// <param name="kafka">The settings of the Kafka clients.</param>
    /// <param name="events">Told of what Kafka does.</param>
    /// <param name="written">Told what became of a publication.</param>
    /// <param name="tokens">Gives tokens to log in with.</param>
    /// <param name="log">The log.</param>
    public ControlTopicWriter(
        IReadOnlyDictionary<string, string> kafka, IControlTopicEvents events, Action<Publication, Acknowledgement> written, OAuthBearerTokens tokens,
        UnfailingLog log)
    {
        var config = new ProducerConfig(new Dictionary<string, string>(kafka))
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 0,
            MessageTimeoutMs = 30_000,

            // What is too large is the broker's to say, whatever the application's producers are limited to.
            MessageMaxBytes = FirstCause.MinMessageBytes,

            // A producer asks for its topics by name. A broker would create one that was deleted, with its own defaults.
            AllowAutoCreateTopics = false,

            // An application's producer may do without reports.
            EnableDeliveryReports = true,
            DeliveryReportFields = "all",
            EnableBackgroundPoll = true,
        };
        (_events, _written, _log) = (events, written, log);
        _builder = new ProducerBuilder<Null, byte[]>(config)
            .SetErrorHandler((producer, error) =>
            {
                if (error.IsFatal)
                    _failed = producer;
                events.Failed(error);
            })
            .SetLogHandler((_, message) => events.Logged(message));
        if (tokens.AreGiven)
            _builder.SetOAuthBearerTokenRefreshHandler(tokens.Refresh);
        _producer = _builder.Build();
    }

    /// <summary>Writes records in order. Returns at once.</summary>
    public void Write(TopicPartition partition, Publication publication)
    {
        var outcome = new Outcome(publication.Records.Count);
        lock (_lock)
        {
            if (ReferenceEquals(_failed, _producer))
                Replace();
            foreach (var record in publication.Records)
            {
                try
                {
                    _producer.Produce(partition, new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes(record) }, report =>
                    {
                        _events.Written(report.Topic, report.Error, report.Status, record.Length);
                        Done(report);
                    });
                }
                catch (KafkaException e)
                {
                    _events.Written(partition.Topic, e.Error, PersistenceStatus.NotPersisted, record.Length);
                    Done(report: null);
                }
                catch (Exception e) when (e is InvalidOperationException or ArgumentException)
                {
                    _log.KafkaProblem(e.Message);
                    Done(report: null);
                }
            }
        }

        void Done(DeliveryReport<Null, byte[]>? report)
        {
            if (outcome.Add(report) is { } acknowledgement)
                _written(publication, acknowledgement);
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

    /// <summary>Gathers what became of the records of one publication. Safe for many threads.</summary>
    private sealed class Outcome(int records)
    {
        private const long FirstYear = 365L * 24 * 3600 * 1000;

        private readonly Lock _lock = new();
        private bool _areDurable = true;
        private bool _areStamped = true;
        private DateTimeOffset _first = DateTimeOffset.MaxValue;
        private DateTimeOffset _last = DateTimeOffset.MinValue;

        /// <returns>The whole, with the last of the records.</returns>
        public Acknowledgement? Add(DeliveryReport<Null, byte[]>? report)
        {
            lock (_lock)
            {
                _areDurable &= report?.Status == PersistenceStatus.Persisted;
                // librdkafka's mock cluster stamps with the first moments of Unix time, which no broker's clock shows.
                if (report?.Timestamp is { Type: TimestampType.LogAppendTime, UnixTimestampMs: > FirstYear } stamp && KafkaTime.Of(stamp) is { } time)
                    (_first, _last) = (time < _first ? time : _first, time > _last ? time : _last);
                else
                    _areStamped = false;
                return --records > 0 ? null : _areStamped ? new Acknowledgement(_areDurable, _first, _last) : new Acknowledgement(_areDurable);
            }
        }
    }
}
