using Confluent.Kafka;
using Streamiz.Kafka.Net.SerDes;

namespace E2EKafka.Recipes;

// [snippet]
/// <summary>What a stream reads and writes is encrypted. A record whose key is late blocks the stream's thread until it comes.</summary>
internal sealed class EncryptedSerDes<T>(EndToEndKafka e2e, ISerializer<T> serializer, IDeserializer<T> deserializer) : AbstractSerDes<T>
{
    private readonly ISerializer<T> _encrypting = e2e.Encrypt(serializer);
    private readonly IDeserializer<T> _decrypting = e2e.Decrypt(deserializer);

    public override byte[] Serialize(T data, SerializationContext context) => _encrypting.Serialize(data, context);

    public override T Deserialize(byte[] data, SerializationContext context) => _decrypting.Deserialize(data, data is null, context);
}
// [/snippet]
