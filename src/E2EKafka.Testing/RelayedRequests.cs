using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace E2EKafka;

/// <summary>What becomes of the requests of one connection: most pass as they are, and some the mock cluster cannot answer as a broker does.</summary>
/// <param name="broker">The id of the broker behind the relay.</param>
/// <param name="groups">The consumer groups of the cluster.</param>
/// <param name="topics">Creates topics.</param>
internal sealed class RelayedRequests(int broker, GroupLives groups, TopicCreation topics)
{
    private const short JoinGroup = 11;
    private const short Heartbeat = 12;
    private const short LeaveGroup = 13;
    private const short SyncGroup = 14;

    // By correlation id: how the mock cluster's response becomes ours.
    private readonly ConcurrentDictionary<int, Func<byte[], byte[]>> _answers = new();

    /// <summary>The requests that clients may send besides what the mock cluster knows. Those of groups are narrowed to versions with a group's name that can be replaced.</summary>
    public static IReadOnlyCollection<(short Key, short First, short Last)> Known { get; } =
    [
        (JoinGroup, 0, 5),
        (Heartbeat, 0, 3),
        (LeaveGroup, 0, 2),
        (SyncGroup, 0, 3),
        (TopicCreation.Key, 0, TopicCreation.LastVersion),
    ];

    /// <summary>Whether a request must be seen as a whole.</summary>
    public static bool Concerns(short key) =>
        key is KafkaRequestReader.ApiVersions or JoinGroup or Heartbeat or LeaveGroup or SyncGroup or TopicCreation.Key;

    /// <summary>Whether the response to a request must be seen as a whole.</summary>
    public bool ConcernsResponse(int correlation) => _answers.ContainsKey(correlation);

    /// <summary>What the mock cluster is sent in place of a request.</summary>
    /// <exception cref="InvalidDataException">The request is cut off.</exception>
    public byte[] Translate(byte[] frame)
    {
        var request = new KafkaRequestReader(frame);
        switch (request.Key)
        {
            case KafkaRequestReader.ApiVersions when request.Version > ApiVersionsAnswer.LastVersion:
                _answers[request.Correlation] = response => ApiVersionsAnswer.ToNewerVersion(ApiVersionsAnswer.With(response, 0, Known));
                return Placeholder(request.Correlation);

            case KafkaRequestReader.ApiVersions:
                _answers[request.Correlation] = response => ApiVersionsAnswer.With(response, request.Version, Known);
                return frame;

            case TopicCreation.Key when request.Version <= TopicCreation.LastVersion:
                // The mock cluster is asked something else, so that our answer comes when it is this request's turn.
                var answer = topics.Answer(request);
                _answers[request.Correlation] = _ => answer;
                return Placeholder(request.Correlation);

            case LeaveGroup:
                return WithGroup(request, frame, group => groups.Leave(group, this));

            case JoinGroup or Heartbeat or SyncGroup:
                return WithGroup(request, frame, group => groups.Join(group, this, broker));

            default:
                return frame;
        }
    }

    /// <summary>What the client is sent in place of a response.</summary>
    public byte[] TranslateResponse(byte[] frame) =>
        _answers.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame), out var answer) ? answer(frame) : frame;

    /// <summary>The connection is closed.</summary>
    public void Closed() => groups.Closed(this);

    // The group's name is the first field of each of these requests.
    private static byte[] WithGroup(KafkaRequestReader request, byte[] frame, Func<string, string> rename)
    {
        var start = request.Position;
        var name = Encoding.UTF8.GetBytes(rename(request.ReadString() ?? ""));
        if (name.Length > short.MaxValue)
            throw new InvalidDataException("The name of the group is too long.");

        var length = new byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(length, (short)name.Length);
        return [.. frame[..start], .. length, .. name, .. frame[request.Position..]];
    }

    private static byte[] Placeholder(int correlation)
    {
        const int versionAt = 2;
        const int correlationAt = 4;
        const int clientAt = 8;
        var frame = new byte[clientAt + sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(frame, KafkaRequestReader.ApiVersions);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(versionAt), 0);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(correlationAt), correlation);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(clientAt), -1); // no name
        return frame;
    }
}
