using System.Text.Json.Nodes;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A record on a data topic, read as a consumer reads it.</summary>
internal static class MessageRun
{
    public static string Run(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        using var reader = new VectorReader(context, input);
        if (input["openedAt"] is { } openedAt)
            reader.Pass(DateTimeOffset.FromUnixTimeSeconds((long)openedAt!));

        var record = input["record"]!;
        var topic = (string)record["topic"]!;
        var aliases = new TopicAliases();
        foreach (var writtenAs in input["accepts"] as JsonArray ?? [])
            aliases.Add(topic, (string)writtenAs!);
        var protector = new MessageProtector(reader, reader.Clock, aliases, new RecordWaits(reader.Clock, new CollectingLog()), new MessageCounts(), new OpeningRules(MissingKey.Throw));
        var headers = new Headers();
        foreach (var header in record["headers"]!.AsArray())
            headers.Add((string)header!["name"]!, VectorReader.Bytes(header["value"]));

        if ((bool?)input["bindsKeys"] == true)
        {
            var key = BytesOrNull(record["key"]);
            new KeyBindingDeserializer<byte[]>(Deserializers.ByteArray, protector)
                .Deserialize(key, key is null, new SerializationContext(MessageComponentType.Key, topic, headers));
        }

        var value = BytesOrNull(record["value"]);
        var failure = new DecryptingDeserializer<byte[]>(Deserializers.ByteArray, protector).TryDeserialize(
            value, value is null, new SerializationContext(MessageComponentType.Value, topic, headers), wantsOrigin: true, out var plaintext, out var origin);
        if (failure is not null)
            return failure.Reason.ToString();

        foreach (var (name, _) in expected)
        {
            actual[name] = name switch
            {
                "plaintext" => VectorProject.Hex(plaintext),
                "tombstone" => plaintext is null,
                "producer" => origin!.Producer,
                "session" => origin!.Session,
                "sequence" => origin!.Sequence,
                "provenBy" => origin!.ProvenBy.ToString(),
                _ => (JsonNode)origin!.KeyBinding.ToString(),
            };
        }

        return VectorFile.Accepted;
    }

    private static byte[]? BytesOrNull(JsonNode? hex) => hex is null ? null : VectorReader.Bytes(hex);
}
