using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Opens a value, and tells whose it is even where it is refused.</summary>
internal sealed class ReceivingDeserializer(EndToEndKafka member) : IDeserializer<ReceivedValue>
{
    private readonly IDeserializer<Verified<byte[]?>> _opening = member.DecryptVerified<byte[]?>(Deserializers.ByteArray);

    public ReceivedValue Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        var value = _opening.Deserialize(data, isNull, context);
        return value.Failure is not { } failure
            ? new ReceivedValue(value.Value, value.Origin, value.Origin!.Producer, null)
            : new ReceivedValue(null, null, MessageHeader.Read(data, out var header) is null ? member.FindProducer(header.Session) : null, failure);
    }
}
