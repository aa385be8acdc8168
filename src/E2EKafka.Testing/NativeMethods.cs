using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace E2EKafka;

/// <summary>The functions of librdkafka that run its mock cluster. Confluent.Kafka does not wrap them.</summary>
internal static partial class NativeMethods
{
    private const string Librdkafka = "librdkafka";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Load);

    /// <summary>Finds librdkafka under the names that Confluent.Kafka tries, in its order, so that both use the same loaded library.</summary>
    private static nint Load(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        string[] builds = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            ? ["alpine-librdkafka", Librdkafka]
            : [Librdkafka, "centos8-librdkafka"];
        foreach (var build in builds)
        {
            if (NativeLibrary.TryLoad(build, assembly, searchPath, out var handle))
            {
                return handle;
            }
        }

        // Zero lets the runtime try by itself, and report what it could not load.
        return 0;
    }

    [LibraryImport(Librdkafka)]
    internal static partial nint rd_kafka_conf_new();

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_conf_destroy(nint configuration);

    [LibraryImport(Librdkafka, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_conf_set(nint configuration, string name, string value, [Out] byte[] error, nuint errorSize);

    [LibraryImport(Librdkafka)]
    internal static partial nint rd_kafka_new(int type, nint configuration, [Out] byte[] error, nuint errorSize);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Librdkafka)]
    internal static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_mock_set_controller_id(nint cluster, int broker);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_mock_group_initial_rebalance_delay_ms(nint cluster, int milliseconds);

    [LibraryImport(Librdkafka)]
    internal static partial nint rd_kafka_mock_cluster_bootstraps(MockClusterHandle cluster);

    [LibraryImport(Librdkafka, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode rd_kafka_mock_topic_create(MockClusterHandle cluster, string topic, int partitions, int replicas);

    [LibraryImport(Librdkafka, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode rd_kafka_mock_coordinator_set(MockClusterHandle cluster, string keyType, string key, int broker);

    [LibraryImport(Librdkafka, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void rd_kafka_mock_broker_set_host_port(MockClusterHandle cluster, int broker, string host, int port);

    [LibraryImport(Librdkafka)]
    internal static partial ErrorCode rd_kafka_mock_broker_set_down(MockClusterHandle cluster, int broker);

    [LibraryImport(Librdkafka)]
    internal static partial ErrorCode rd_kafka_mock_broker_set_up(MockClusterHandle cluster, int broker);

    [LibraryImport(Librdkafka)]
    internal static partial ErrorCode rd_kafka_mock_broker_set_rtt(MockClusterHandle cluster, int broker, int milliseconds);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_mock_push_request_errors_array(MockClusterHandle cluster, short request, nuint count, ErrorCode[] errors);

    [LibraryImport(Librdkafka)]
    internal static partial void rd_kafka_mock_clear_request_errors(MockClusterHandle cluster, short request);
}
