using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A record on a control topic, as the files have it.</summary>
/// <param name="Topic">The topic's name behind the prefix and the point: authority, members, sessions, grants or requests.</param>
/// <param name="Partition">The partition.</param>
/// <param name="KafkaTimestamp">In milliseconds; −1 is none.</param>
/// <param name="Value">ASCII; <see langword="null"/> if the record's value is null.</param>
/// <param name="CreateTime">Whether its writer chose the timestamp. Default: the broker did.</param>
internal sealed record VectorRecord(
    string Topic, int Partition, long KafkaTimestamp, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool CreateTime = false)
{
    public static VectorRecord On(ControlPartition partition, string? value, DateTimeOffset written) =>
        new(NameOf(partition.Topic), partition.Partition, written.ToUnixTimeMilliseconds(), value);

    public static ControlRecord Read(JsonNode record)
    {
        var topic = Enum.GetValues<ControlTopicKind>().Single(topic => NameOf(topic) == (string)record["topic"]!);
        var isRead = KafkaTime.TryRead(new Timestamp((long)record["kafkaTimestamp"]!, TimestampType.LogAppendTime), out var time);
        return new ControlRecord(new ControlPartition(topic, (int)record["partition"]!), Encoding.ASCII.GetBytes(VectorFile.ValueOf(record) ?? ""), time)
        {
            HasBadTimestamp = !isRead,
            IsStamped = time is not null && (bool?)record["createTime"] != true,
        };
    }

    public static string NameOf(ControlTopicKind topic) => topic.ToString().ToLowerInvariant();
}
