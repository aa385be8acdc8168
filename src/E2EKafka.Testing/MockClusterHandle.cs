using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2EKafka;

/// <summary>Owns a mock cluster of librdkafka and the client instance that it lives on.</summary>
internal sealed class MockClusterHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Producer = 0;

    private readonly nint _client;

    private MockClusterHandle(nint client, nint cluster)
        : base(ownsHandle: true)
    {
        _client = client;
        SetHandle(cluster);
    }

    /// <summary>Starts a cluster with brokers 1 to <paramref name="brokers"/>.</summary>
    internal static MockClusterHandle Start(int brokers)
    {
        // The property test.mock.num.brokers would do as well, but its client talks to the cluster itself and would
        // eat request failures meant for the clients under test. This one has no broker to talk to.
        var client = CreateClient();
        var cluster = NativeMethods.rd_kafka_mock_cluster_new(client, brokers);
        if (cluster == 0)
        {
            NativeMethods.rd_kafka_destroy(client);
            throw new InvalidOperationException("librdkafka could not start its mock cluster; its log on the standard error says why.");
        }

        // Without a controller, admin requests that the cluster does not know time out instead of failing at once.
        NativeMethods.rd_kafka_mock_set_controller_id(cluster, 1);

        // 3 s otherwise, before a consumer group hands out its first partition.
        NativeMethods.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
        return new MockClusterHandle(client, cluster);
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rd_kafka_mock_cluster_destroy(handle);
        NativeMethods.rd_kafka_destroy(_client);
        return true;
    }

    private static nint CreateClient()
    {
        var error = new byte[512];
        var configuration = NativeMethods.rd_kafka_conf_new();

        // 2 is syslog's "critical": without it the client warns that it has no bootstrap servers.
        var client = NativeMethods.rd_kafka_conf_set(configuration, "log_level", "2", error, (nuint)error.Length) == 0
            ? NativeMethods.rd_kafka_new(Producer, configuration, error, (nuint)error.Length)
            : 0;
        if (client == 0)
        {
            NativeMethods.rd_kafka_conf_destroy(configuration);
            throw new InvalidOperationException($"librdkafka could not make a client: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");
        }

        return client;
    }
}
