using Confluent.Kafka;
using E2EKafka.Client.Tests.Messages;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>Through the real serializers: Encrypt, and Decrypt or DecryptVerified. The inner deserializer must see nothing of it.</summary>
[TestFixture(MessageAuthentication.Signature, false)]
[TestFixture(MessageAuthentication.Signature, true)]
[TestFixture(MessageAuthentication.Mac, false)]
[TestFixture(MessageAuthentication.Mac, true)]
[TestFixture(MessageAuthentication.Shared, false)]
[TestFixture(MessageAuthentication.Shared, true)]
public class SerializerTamperingTests(MessageAuthentication authentication, bool verified) : TamperingContract(authentication)
{
    private static readonly byte[]?[] Keys = ["customer 7"u8.ToArray(), "customer 8"u8.ToArray(), null];

    private KeyBindingSerializer<byte[]?> _bind = null!;
    private KeyBindingDeserializer<byte[]?> _checkKey = null!;
    private EncryptingSerializer<byte[]?> _encrypt = null!;
    private SpyDeserializer _inner = null!;
    private DecryptingDeserializer<byte[]?> _decrypt = null!;
    private VerifyingDeserializer<byte[]?> _decryptVerified = null!;

    private protected override void Prepare()
    {
        _bind = new KeyBindingSerializer<byte[]?>(Serializers.ByteArray!);
        _checkKey = new KeyBindingDeserializer<byte[]?>(Deserializers.ByteArray!, Channel.Protector);
        _encrypt = new EncryptingSerializer<byte[]?>(Serializers.ByteArray!, Channel.Protector);
        _inner = new SpyDeserializer();
        _decrypt = new DecryptingDeserializer<byte[]?>(_inner, Channel.Protector);
        _decryptVerified = new VerifyingDeserializer<byte[]?>(_inner, Channel.Protector);
    }

    private protected override byte[] Seal(byte[] plaintext, MessageContext place)
    {
        var headers = new Headers();
        if (!place.RecordKeyHash.IsEmpty)
            _bind.Serialize(KeyOf(place), new SerializationContext(MessageComponentType.Key, place.Topic, headers));
        var value = _encrypt.Serialize(place.IsTombstone ? null : plaintext, Context(place, headers));
        return place.IsTombstone ? headers.GetLastBytes(RecordHeaders.Tombstone) : value;
    }

    private protected override FailureReason? Open(byte[] message, MessageContext place)
    {
        var headers = new Headers();
        if (!place.RecordKeyHash.IsEmpty)
            _checkKey.Deserialize(KeyOf(place), KeyOf(place) is null, new SerializationContext(MessageComponentType.Key, place.Topic, headers));
        if (place.IsTombstone)
            headers.Add(RecordHeaders.Tombstone, message);
        var data = place.IsTombstone ? [] : message;
        if (verified)
        {
            var value = _decryptVerified.Deserialize(data, place.IsTombstone, Context(place, headers));
            if (value.Failure is not null)
                Assert.That(() => value.Value, Throws.TypeOf<MessageOpenException>());
            return value.Failure?.Reason;
        }

        try
        {
            _decrypt.Deserialize(data, place.IsTombstone, Context(place, headers));
            return null;
        }
        catch (MessageOpenException e)
        {
            return e.Reason;
        }
    }

    private protected override void ShouldBeRefused(byte[] message, MessageContext place, FailureReason reason, string what = "")
    {
        _inner.Seen.Clear();
        base.ShouldBeRefused(message, place, reason, what);
        Assert.That(_inner.Seen, Is.Empty, $"{what}: the inner deserializer was called");
    }

    private static SerializationContext Context(MessageContext place, Headers headers) => new(MessageComponentType.Value, place.Topic, headers);

    private static byte[]? KeyOf(MessageContext place)
    {
        var hash = place.RecordKeyHash.ToArray();
        return Keys.Single(key => RecordKeyHash.Of(key, key is null).SequenceEqual(hash));
    }
}
