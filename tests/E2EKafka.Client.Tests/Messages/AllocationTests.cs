using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>The hot path, unsigned: the array that is handed over, and not a byte more.</summary>
[TestFixture]
[NonParallelizable]
public class AllocationTests
{
    private const int WarmUp = 20_000;
    private const int Count = 1_000;

    private readonly byte[] _value = new byte[1_000];
    private readonly SerializationContext _context = new(MessageComponentType.Value, TestChannel.Topic, []);

    private TestChannel _channel = null!;

    [SetUp]
    public void SetUp() => _channel = new TestChannel(MessageAuthentication.Shared);

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public void Encrypting_allocates_the_returned_array_only()
    {
        var encrypt = new EncryptingSerializer<byte[]>(Serializers.ByteArray, _channel.Protector);

        Assert.That(
            AllocatedBy(() => encrypt.Serialize(_value, _context)),
            Is.EqualTo(AllocatedBy(() => new byte[_value.Length + MessageHeader.Overhead])));
    }

    [Test]
    public void Decrypting_allocates_what_the_inner_deserializer_returns_only()
    {
        var decrypt = new DecryptingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector);
        var message = _channel.Protector.Protect(_value, new MessageContext(TestChannel.Topic));

        Assert.That(
            AllocatedBy(() => decrypt.Deserialize(message, isNull: false, _context)),
            Is.EqualTo(AllocatedBy(() => new byte[_value.Length])));
    }

    private static long AllocatedBy(Func<byte[]> call)
    {
        for (var i = 0; i < WarmUp; i++)
            call();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
            call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
