using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

/// <summary>An embedded cluster on ports of our choice, with users.</summary>
public class EmbeddedClusterListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Clients_work_through_the_chosen_port_and_are_told_no_other()
    {
        var port = FreePort();
        using var cluster = EmbeddedCluster.Start(new EmbeddedClusterOptions { Port = port });
        cluster.CreateTopic("orders");

        var record = await SendAndReadAsync(cluster, Anonymous(cluster), [1, 2, 3]);

        using var admin = NewAdmin(Anonymous(cluster));
        var broker = admin.GetMetadata(Patience).Brokers.Single();
        Assert.Multiple(() =>
        {
            Assert.That(cluster.BootstrapServers, Is.EqualTo($"127.0.0.1:{port}"));
            Assert.That((broker.Host, broker.Port), Is.EqualTo(("127.0.0.1", port)));
            Assert.That(record, Is.EqualTo(new byte[] { 1, 2, 3 }));
        });
    }

    [Test]
    public async Task A_user_with_the_password_gets_in([Values] bool large)
    {
        using var cluster = StartWithUsers(("alice", "wonder land:é"), ("bob", ""));
        cluster.CreateTopic("orders");
        var value = new byte[large ? 3_000_000 : 10];
        Array.Fill(value, (byte)7);

        Assert.That(await SendAndReadAsync(cluster, Login(cluster, "alice", "wonder land:é"), value), Is.EqualTo(value));
    }

    [TestCase("alice", "wrong")]
    [TestCase("alice", "secret ")]
    [TestCase("alice", "secre")]
    [TestCase("Alice", "secret")]
    [TestCase("mallory", "secret")]
    public async Task A_wrong_password_or_user_is_refused(string user, string password)
    {
        using var cluster = StartWithUsers(("alice", "secret"), ("bob", "other"));

        Assert.That(await FirstErrorAsync(Login(cluster, user, password)), Is.EqualTo(ErrorCode.Local_Authentication));
    }

    [Test]
    public async Task Another_mechanism_is_refused()
    {
        using var cluster = StartWithUsers(("alice", "secret"));
        var config = Login(cluster, "alice", "secret");
        config.SaslMechanism = SaslMechanism.ScramSha256;

        Assert.That(await FirstErrorAsync(config), Is.EqualTo(ErrorCode.Local_Authentication));

        // Length, correlation id, then the error: UNSUPPORTED_SASL_MECHANISM.
        var response = await ExchangeAsync(cluster, Frame([.. Header(key: 17, version: 1), 0, 13, .. "SCRAM-SHA-256"u8]), endOfRequests: true);
        Assert.That(BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(8)), Is.EqualTo(33));
    }

    [Test]
    public void A_client_without_a_login_gets_nothing()
    {
        using var cluster = StartWithUsers(("alice", "secret"));
        using var admin = NewAdmin(Anonymous(cluster));

        Assert.Throws<KafkaException>(() => admin.GetMetadata(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Before_the_login_only_the_login_is_answered()
    {
        using var cluster = StartWithUsers(("alice", "secret"));
        byte[] metadataOfAllTopics = [.. Header(key: 3, version: 1), 0xFF, 0xFF, 0xFF, 0xFF];
        byte[] login = [.. Header(key: 36, version: 0), 0, 0, 0, 13, .. "\0alice\0secret"u8];

        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await ExchangeAsync(cluster, Frame(metadataOfAllTopics)), Is.Empty, "a request before the login");
            Assert.That(await ExchangeAsync(cluster, [0x7F, 0, 0, 0]), Is.Empty, "2 GB before the login");
            Assert.That(await ExchangeAsync(cluster, [0xFF, 0xFF, 0xFF, 0xFF]), Is.Empty, "a negative length");
            Assert.That(await ExchangeAsync(cluster, Frame([0, 17])), Is.Empty, "a request that is cut off");
            Assert.That(await ExchangeAsync(cluster, "GET / HTTP/1.1\r\n\r\n"u8.ToArray()), Is.Empty, "another protocol");

            // Length, correlation id, then the error: ILLEGAL_SASL_STATE.
            var response = await ExchangeAsync(cluster, Frame(login));
            Assert.That(BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(8)), Is.EqualTo(34), "a password before the mechanism");
        });
    }

    [Test]
    public async Task A_newer_client_is_told_which_versions_there_are()
    {
        using var cluster = EmbeddedCluster.Start();

        using var client = await ConnectAsync(cluster);
        await client.GetStream().WriteAsync(Frame([.. Header(key: 18, version: 4), 0, 2, (byte)'a', 2, (byte)'b', 0]));
        var length = new byte[4];
        await client.GetStream().ReadExactlyAsync(length).AsTask().WaitAsync(Patience);
        var response = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await client.GetStream().ReadExactlyAsync(response).AsTask().WaitAsync(Patience);

        // Correlation id, the error UNSUPPORTED_VERSION, the number of requests, and key, first and last version of each.
        var count = BinaryPrimitives.ReadInt32BigEndian(response.AsSpan(6));
        var requests = Enumerable.Range(0, count).ToDictionary(
            i => BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(10 + (6 * i))), i => BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(14 + (6 * i))));
        Assert.Multiple(() =>
        {
            Assert.That(BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(4)), Is.EqualTo(35));
            Assert.That(response, Has.Length.EqualTo(10 + (6 * count)));
            Assert.That(requests[18], Is.EqualTo(2), "ApiVersions");
            Assert.That(requests[19], Is.EqualTo(4), "CreateTopics");
            Assert.That(requests[11], Is.EqualTo(5), "JoinGroup");
        });
    }

    [Test]
    public void Several_brokers_take_the_ports_from_the_chosen_one_on()
    {
        using var cluster = EmbeddedCluster.Start(new EmbeddedClusterOptions { Brokers = 3, Users = { ["alice"] = "secret" } });
        cluster.CreateTopic("orders", partitions: 3);

        using var admin = NewAdmin(Login(cluster, "alice", "secret"));
        var brokers = admin.GetMetadata(Patience).Brokers.Select(broker => $"{broker.Host}:{broker.Port}");
        Assert.That(brokers, Is.EquivalentTo(cluster.BootstrapServers.Split(',')));
    }

    [Test]
    public async Task Two_clusters_know_nothing_of_each_other()
    {
        using var first = StartWithUsers(("alice", "first"));
        using var second = StartWithUsers(("alice", "second"));
        first.CreateTopic("orders");
        second.CreateTopic("orders");

        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await SendAndReadAsync(first, Login(first, "alice", "first"), [1]), Is.EqualTo(new byte[] { 1 }));
            Assert.That(await SendAndReadAsync(second, Login(second, "alice", "second"), [2]), Is.EqualTo(new byte[] { 2 }));
            Assert.That(await FirstErrorAsync(Login(second, "alice", "first")), Is.EqualTo(ErrorCode.Local_Authentication));
        });
    }

    [Test]
    public void A_port_in_use_is_named()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var error = Assert.Throws<IOException>(() => EmbeddedCluster.Start(new EmbeddedClusterOptions { Port = port }));

        Assert.That(error!.Message, Is.EqualTo($"Port {port} on 127.0.0.1 is in use by another process; choose another port."));
    }

    [Test]
    public void Wrong_options_are_refused() => Assert.Multiple(() =>
    {
        Assert.Throws<ArgumentNullException>(() => EmbeddedCluster.Start(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedCluster.Start(new EmbeddedClusterOptions { Brokers = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedCluster.Start(new EmbeddedClusterOptions { Port = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedCluster.Start(new EmbeddedClusterOptions { Port = 65535, Brokers = 2 }));
        Assert.Throws<ArgumentException>(() => EmbeddedCluster.Start(new EmbeddedClusterOptions { Users = { [""] = "secret" } }));
    });

    [Test]
    public async Task Disposing_closes_the_port_and_every_connection([Values] bool users)
    {
        var options = new EmbeddedClusterOptions { Port = FreePort() };
        if (users)
            options.Users["alice"] = "secret";
        var cluster = EmbeddedCluster.Start(options);
        using var client = await ConnectAsync(cluster);
        var address = IPEndPoint.Parse(cluster.BootstrapServers);

        cluster.Dispose();

        Assert.That(await ReadToEndAsync(client), Is.Empty);
        using var late = new TcpClient();
        Assert.That(async () => await late.ConnectAsync(address), Throws.InstanceOf<SocketException>());
        EmbeddedCluster.Start(options).Dispose(); // the port is free again
    }

    [Test]
    public async Task A_client_that_leaves_is_closed_on_the_other_side_too()
    {
        using var cluster = EmbeddedCluster.Start(new EmbeddedClusterOptions { Port = FreePort() });

        // The relay passes our end on, the broker closes its side, and the relay passes that back.
        Assert.That(await ExchangeAsync(cluster, [], endOfRequests: true), Is.Empty);
    }

    [Test]
    public async Task A_stopped_broker_is_reached_again_when_it_starts()
    {
        using var cluster = StartWithUsers(("alice", "secret"));
        cluster.CreateTopic("orders");
        cluster.StopBroker(1);
        using (var client = await ConnectAsync(cluster))
            Assert.That(await ReadToEndAsync(client), Is.Empty);

        cluster.StartBroker(1);

        Assert.That(await SendAndReadAsync(cluster, Login(cluster, "alice", "secret"), [1]), Is.EqualTo(new byte[] { 1 }));
    }

    private static EmbeddedCluster StartWithUsers(params (string Name, string Password)[] users)
    {
        var options = new EmbeddedClusterOptions();
        foreach (var (name, password) in users)
            options.Users[name] = password;
        return EmbeddedCluster.Start(options);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static ClientConfig Anonymous(EmbeddedCluster cluster) => new() { BootstrapServers = cluster.BootstrapServers };

    private static ClientConfig Login(EmbeddedCluster cluster, string user, string password) => new()
    {
        BootstrapServers = cluster.BootstrapServers,
        SecurityProtocol = SecurityProtocol.SaslPlaintext,
        SaslMechanism = SaslMechanism.Plain,
        SaslUsername = user,
        SaslPassword = password,
    };

    private static IAdminClient NewAdmin(ClientConfig config) =>
        new AdminClientBuilder(config).SetLogHandler(static (_, _) => { }).Build();

    /// <summary>What a client reports when it cannot log in.</summary>
    private static async Task<ErrorCode> FirstErrorAsync(ClientConfig config)
    {
        var error = new TaskCompletionSource<ErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(config))
            .SetErrorHandler((_, e) => error.TrySetResult(e.Code))
            .SetLogHandler(static (_, _) => { })
            .Build();
        return await error.Task.WaitAsync(Patience);
    }

    private static async Task<byte[]> SendAndReadAsync(EmbeddedCluster cluster, ClientConfig config, byte[] value)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(config) { LingerMs = 0, MessageMaxBytes = 4_000_000 })
            .SetLogHandler(static (_, _) => { })
            .Build();
        var sent = await producer.ProduceAsync("orders", new Message<Null, byte[]> { Value = value }).WaitAsync(Patience);

        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig(config) { GroupId = "tests", FetchWaitMaxMs = 10 })
            .SetLogHandler(static (_, _) => { })
            .Build();
        consumer.Assign(sent.TopicPartitionOffset);
        return (consumer.Consume(Patience) ?? throw new TimeoutException($"The record did not come from {cluster.BootstrapServers}.")).Message.Value;
    }

    private static async Task<TcpClient> ConnectAsync(EmbeddedCluster cluster)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(cluster.BootstrapServers));
        return client;
    }

    /// <summary>Sends bytes and returns all that comes until the cluster closes the connection.</summary>
    private static async Task<byte[]> ExchangeAsync(EmbeddedCluster cluster, byte[] bytes, bool endOfRequests = false)
    {
        using var client = await ConnectAsync(cluster);
        await client.GetStream().WriteAsync(bytes);
        if (endOfRequests)
            client.Client.Shutdown(SocketShutdown.Send);
        return await ReadToEndAsync(client);
    }

    private static async Task<byte[]> ReadToEndAsync(TcpClient client)
    {
        using var enough = new CancellationTokenSource(Patience);
        var received = new List<byte>();
        var buffer = new byte[1024];
        try
        {
            while (await client.Client.ReceiveAsync(buffer, enough.Token) is > 0 and var count)
                received.AddRange(buffer.AsSpan(0, count));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with bytes of ours unread.
        }

        return [.. received];
    }

    private static byte[] Header(short key, short version) => [(byte)(key >> 8), (byte)key, (byte)(version >> 8), (byte)version, 0, 0, 0, 1, 0xFF, 0xFF];

    private static byte[] Frame(byte[] request)
    {
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, request.Length);
        return [.. length, .. request];
    }
}
