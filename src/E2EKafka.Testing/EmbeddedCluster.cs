using System.Net;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace E2EKafka;

/// <summary>
/// A Kafka protocol server inside this process, for tests and samples: librdkafka's mock cluster. Any Kafka client can use
/// it, in this process or in another one on this machine; it listens on the loopback interface, on ports that the operating
/// system chooses unless <see cref="EmbeddedClusterOptions"/> names one.
/// </summary>
/// <remarks>
/// <para>
/// It keeps records in memory, per partition the newest 5 MiB or 100,000 batches, and drops older ones as a topic's retention
/// would. Records keep the timestamp of their producer: there is no log append time. It takes
/// transactions, but hides no aborted record and commits no offset with them. No client is authorized or authenticated
/// unless there are <see cref="EmbeddedClusterOptions.Users"/>. Those are for trying a login out: who finds the mock cluster's own
/// port on this machine gets in without one.
/// </para>
/// <para>
/// A topic that does not exist appears with 4 partitions as soon as a producer or an admin client asks for its metadata; a
/// consumer creates topics only with <c>allow.auto.create.topics</c>. Clients may create topics, whose settings are read over. There are no
/// requests to read or change settings or to set ACLs.
/// </para>
/// <para>
/// A fetch that finds nothing is answered only after the consumer's <c>fetch.wait.max.ms</c>, even when a record arrives in
/// the meantime. The default, 500 ms, makes every record look that late; 10 ms is a good value for tests.
/// </para>
/// <para>
/// A consumer group that its last member has left, or whose connections are all closed, admits the next member at once, with the offsets that
/// were committed. One that has members makes every further one wait for <c>session.timeout.ms</c>, less a second: 44 s by default. Tests of
/// several members set it lower. A commit of offsets is taken from a consumer that is no longer a member, too.
/// </para>
/// <para>
/// A broker does not check the order of an idempotent producer's batches: where one of several that are on their way fails, a later
/// one is appended before it. Tests of failed writes need <c>max.in.flight=1</c>.
/// </para>
/// <para>All members are safe to call from several threads.</para>
/// </remarks>
public sealed class EmbeddedCluster : IDisposable
{
    private readonly MockClusterHandle _cluster;
    private readonly int _brokers;
    private readonly List<BrokerListener> _listeners = [];
    private readonly TopicCreation _creation;

    private EmbeddedCluster(MockClusterHandle cluster, int brokers)
    {
        _cluster = cluster;
        _brokers = brokers;
        _creation = new TopicCreation(TryCreateTopic);
        BootstrapServers = Marshal.PtrToStringUTF8(NativeMethods.rd_kafka_mock_cluster_bootstraps(cluster))!;
    }

    /// <summary>Gets the addresses for a client's <c>bootstrap.servers</c>, such as <c>127.0.0.1:40123</c>, with commas between several brokers.</summary>
    public string BootstrapServers { get; private set; }

    /// <summary>Starts a cluster of one broker. It runs until it is disposed.</summary>
    /// <returns>The running cluster, without topics.</returns>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    /// <exception cref="DllNotFoundException">The native library librdkafka is missing.</exception>
    public static EmbeddedCluster Start() => Start(brokers: 1);

    /// <summary>Starts a cluster. It runs until it is disposed.</summary>
    /// <param name="brokers">How many brokers it has; their ids are 1, 2 and so on.</param>
    /// <returns>The running cluster, without topics.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="brokers"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    /// <exception cref="DllNotFoundException">The native library librdkafka is missing.</exception>
    public static EmbeddedCluster Start(int brokers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        return Start(new EmbeddedClusterOptions { Brokers = brokers });
    }

    /// <summary>Starts a cluster on ports of your choice, with or without users. It runs until it is disposed.</summary>
    /// <param name="options">Where it listens and who may connect.</param>
    /// <returns>The running cluster, without topics.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no broker, or a port is not between 0 and 65535.</exception>
    /// <exception cref="ArgumentException">A user has no name.</exception>
    /// <exception cref="IOException">A port is in use, or may not be used.</exception>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    /// <exception cref="DllNotFoundException">The native library librdkafka is missing.</exception>
    public static EmbeddedCluster Start(EmbeddedClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Brokers, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, IPEndPoint.MaxPort - (options.Brokers - 1));
        if (options.Users.Keys.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A user has no name.", nameof(options));

        var cluster = new EmbeddedCluster(MockClusterHandle.Start(options.Brokers), options.Brokers);
        try
        {
            cluster.ListenInFront(options);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Creates a topic, replicated to up to 3 brokers.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="partitions">How many partitions it has. Default: 1.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partitions"/> is less than 1.</exception>
    /// <exception cref="KafkaException">A topic of this name exists (<see cref="ErrorCode.TopicAlreadyExists"/>).</exception>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void CreateTopic(string name, int partitions = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ThrowIfError(TryCreateTopic(name, partitions));
    }

    /// <summary>Stops a broker: it closes its connections, and new ones at once, but keeps its records.</summary>
    /// <param name="broker">The broker's id, from 1 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such broker.</exception>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void StopBroker(int broker)
    {
        ThrowIfUnknown(broker);
        ThrowIfError(NativeMethods.rd_kafka_mock_broker_set_down(_cluster, broker));
    }

    /// <summary>Starts a stopped broker again, at the same address and with the records it had.</summary>
    /// <param name="broker">The broker's id, from 1 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such broker.</exception>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void StartBroker(int broker)
    {
        ThrowIfUnknown(broker);
        ThrowIfError(NativeMethods.rd_kafka_mock_broker_set_up(_cluster, broker));
    }

    /// <summary>Makes every broker answer late.</summary>
    /// <param name="delay">How long an answer is held back, in whole milliseconds; zero ends it. New clusters answer at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or longer than 24 days.</exception>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void SetRoundTripTime(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay.TotalMilliseconds, int.MaxValue, nameof(delay));
        for (var broker = 1; broker <= _brokers; broker++)
        {
            ThrowIfError(NativeMethods.rd_kafka_mock_broker_set_rtt(_cluster, broker, (int)delay.TotalMilliseconds));
        }
    }

    /// <summary>Makes the next requests of one kind fail, whichever broker and client they come to and from.</summary>
    /// <param name="request">The kind of request.</param>
    /// <param name="error">
    /// What the broker answers. Clients retry some errors by themselves, so that one failure may not be seen.
    /// <see cref="ErrorCode.Local_Transport"/> closes the connection instead of answering.
    /// </param>
    /// <param name="count">How many requests fail, after those of earlier calls. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void FailRequests(KafkaRequest request, ErrorCode error, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var errors = new ErrorCode[count];
        Array.Fill(errors, error);
        if (request == KafkaRequest.CreateTopics)
            _creation.Fail(errors);
        else
            NativeMethods.rd_kafka_mock_push_request_errors_array(_cluster, (short)request, (nuint)count, errors);
    }

    /// <summary>Forgets the failures of <see cref="FailRequests"/> that have not happened yet.</summary>
    /// <param name="request">The kind of request.</param>
    /// <exception cref="ObjectDisposedException">The cluster is disposed.</exception>
    public void StopFailingRequests(KafkaRequest request)
    {
        if (request == KafkaRequest.CreateTopics)
            _creation.StopFailing();
        else
            NativeMethods.rd_kafka_mock_clear_request_errors(_cluster, (short)request);
    }

    /// <summary>Stops the cluster; its records are gone. Close its clients before, or they log that they lost it.</summary>
    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        _listeners.Clear();
        _cluster.Dispose();
    }

    private void ListenInFront(EmbeddedClusterOptions options)
    {
        var gate = options.Users.Count > 0 ? new SaslPlainGate(options.Users) : null;
        var groups = new GroupLives((group, broker) => NativeMethods.rd_kafka_mock_coordinator_set(_cluster, "group", group, broker));
        foreach (var address in BootstrapServers.Split(','))
        {
            var port = options.Port == 0 ? 0 : options.Port + _listeners.Count;
            var broker = _listeners.Count + 1;
            var listener = BrokerListener.Start(port, IPEndPoint.Parse(address), gate, () => new RelayedRequests(broker, groups, _creation));
            _listeners.Add(listener);
            NativeMethods.rd_kafka_mock_broker_set_host_port(
                _cluster, _listeners.Count, listener.Address.Address.ToString(), listener.Address.Port);
        }

        BootstrapServers = string.Join(',', _listeners.Select(listener => listener.Address));
    }

    private ErrorCode TryCreateTopic(string name, int partitions) =>
        NativeMethods.rd_kafka_mock_topic_create(_cluster, name, partitions, Math.Min(3, _brokers));

    private static void ThrowIfError(ErrorCode error)
    {
        if (error != ErrorCode.NoError)
        {
            throw new KafkaException(error);
        }
    }

    private void ThrowIfUnknown(int broker)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(broker, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(broker, _brokers);
    }
}
