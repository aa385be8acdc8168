using System.Collections.Concurrent;
using Confluent.Kafka;

namespace E2EKafka;

/// <summary>
/// Answers CreateTopics, versions 0 to 4, which the mock cluster does not know. It has no settings: those of a request are read over. For many
/// threads.
/// </summary>
/// <param name="create">Creates a topic with so many partitions.</param>
internal sealed class TopicCreation(Func<string, int, ErrorCode> create)
{
    public const short Key = 19;
    public const short LastVersion = 4;

    private const int DefaultPartitions = 1;

    private readonly ConcurrentQueue<ErrorCode> _failures = new();

    /// <summary>Makes the next requests fail.</summary>
    public void Fail(IEnumerable<ErrorCode> errors)
    {
        foreach (var error in errors)
            _failures.Enqueue(error);
    }

    /// <summary>Forgets the failures that have not happened yet.</summary>
    public void StopFailing() => _failures.Clear();

    /// <summary>Creates the topics, and returns the response.</summary>
    /// <param name="request">The request, read to the end of its header.</param>
    /// <exception cref="InvalidDataException">The request is cut off.</exception>
    /// <exception cref="IOException">The connection is to be closed.</exception>
    public byte[] Answer(KafkaRequestReader request)
    {
        var topics = new List<(string Name, int Partitions)>();
        for (var left = request.ReadInt32(); left > 0; left--)
            topics.Add(ReadTopic(request));
        _ = request.ReadInt32(); // how long the client waits
        var isOnlyChecked = request.Version >= 1 && request.ReadBoolean();
        var failure = _failures.TryDequeue(out var error) ? error : ErrorCode.NoError;
        if (failure == ErrorCode.Local_Transport)
            throw new IOException("A test closes this connection.");

        var response = new KafkaResponseWriter(request.Correlation);
        if (request.Version >= 2)
            response.Write(0); // not throttled
        response.Write(topics.Count);
        foreach (var (name, partitions) in topics)
        {
            response.Write(name);
            response.Write((short)(
                failure != ErrorCode.NoError ? failure
                : name.Length == 0 ? ErrorCode.TopicException
                : partitions < 1 ? ErrorCode.InvalidPartitions
                : isOnlyChecked ? ErrorCode.NoError
                : create(name, partitions)));
            if (request.Version >= 1)
                response.Write(null);
        }

        return response.ToArray();
    }

    private static (string Name, int Partitions) ReadTopic(KafkaRequestReader request)
    {
        var name = request.ReadString() ?? "";
        var partitions = request.ReadInt32();
        _ = request.ReadInt16(); // replicas: the cluster has its own number of them
        var assigned = request.ReadInt32();
        for (var left = assigned; left > 0; left--)
        {
            _ = request.ReadInt32();
            for (var replicas = request.ReadInt32(); replicas > 0; replicas--)
                _ = request.ReadInt32();
        }

        for (var settings = request.ReadInt32(); settings > 0; settings--)
        {
            _ = request.ReadString();
            _ = request.ReadString();
        }

        return (name, assigned > 0 ? assigned : partitions == -1 ? DefaultPartitions : partitions);
    }
}
