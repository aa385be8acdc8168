using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Opens a value, and tells whose it is even where it is refused.</summary>
internal sealed class ReceivingDeserializer(EndToEndKafka member) : IDeserializer<ReceivedValue>
{
    private readonly IDeserializer<Verified<byte[]?>> _opening = member.DecryptVerified<byte[]?>(Deserializers.ByteArray);

    /// <summary>The last value, if it cannot be opened yet.</summary>
    public ReceivedValue? Waiting { get; private set; }

    public ReceivedValue Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        var value = _opening.Deserialize(data, isNull, context);
        var received = value.Failure is { } failure ? new ReceivedValue(null, null, failure) : new ReceivedValue(value.Value, value.Origin, null);
        Waiting = received.Failure is { Kind: FailureKind.Transient } ? received : null;
        return received;
    }
}
