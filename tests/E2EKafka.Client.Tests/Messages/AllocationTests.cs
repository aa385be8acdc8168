using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>The hot path, unsigned: the array that is handed over, and not a byte more.</summary>
[TestFixture(MessageAuthentication.Shared)]
[TestFixture(MessageAuthentication.Mac)]
[NonParallelizable]
public class AllocationTests(MessageAuthentication authentication)
{
    private const int WarmUp = 20_000;
    private const int Count = 1_000;

    private readonly byte[] _value = new byte[1_000];
    private readonly byte[] _key = new byte[10];

    private SerializationContext _context;
    private SerializationContext _contextOfKey;

    private TestChannel _channel = null!;

    [SetUp]
    public void SetUp()
    {
        var headers = new Headers();
        _context = new SerializationContext(MessageComponentType.Value, TestChannel.Topic, headers);
        _contextOfKey = new SerializationContext(MessageComponentType.Key, TestChannel.Topic, headers);
        _channel = new TestChannel(authentication);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public void Encrypting_allocates_the_returned_array_only()
    {
        var encrypt = new EncryptingSerializer<byte[]>(Serializers.ByteArray, _channel.Protector);

        Assert.That(
            AllocatedBy(() => encrypt.Serialize(_value, _context)),
            Is.EqualTo(AllocatedBy(() => new byte[_value.Length + MessageHeader.MinOverhead + _channel.ProofSize])));
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

    [Test]
    public void Binding_a_key_allocates_nothing_more_than_its_hash_in_the_message()
    {
        var bind = new KeyBindingSerializer<byte[]>(Serializers.ByteArray);
        var encrypt = new EncryptingSerializer<byte[]>(Serializers.ByteArray, _channel.Protector);

        Assert.That(
            AllocatedBy(() =>
            {
                bind.Serialize(_key, _contextOfKey);
                return encrypt.Serialize(_value, _context);
            }),
            Is.EqualTo(AllocatedBy(() => new byte[_value.Length + MessageHeader.MinOverhead + _channel.ProofSize + MessageContext.RecordKeyHashSize])));
    }

    [Test]
    public void Comparing_a_key_allocates_what_the_inner_deserializers_return_only()
    {
        var checkKey = new KeyBindingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector);
        var decrypt = new DecryptingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector);
        var message = _channel.Protector.Protect(_value, new MessageContext(TestChannel.Topic, recordKeyHash: RecordKeyHash.Of(_key, isNull: false)));

        Assert.That(
            AllocatedBy(() =>
            {
                checkKey.Deserialize(_key, isNull: false, _contextOfKey);
                return decrypt.Deserialize(message, isNull: false, _context);
            }),
            Is.EqualTo(AllocatedBy(() =>
            {
                _ = _key.AsSpan().ToArray();
                return new byte[_value.Length];
            })));
    }

    [Test]
    public void What_is_counted_allocates_nothing_while_the_meter_is_read()
    {
        var gauges = new MemberGauges(IsReady: true, null, null, 0, 0, new Dictionary<RecordProblem, long>());
        using var metrics = new MemberMetrics("hot", () => gauges, _channel.Counts, _channel.Waits, new(static key => key), _channel.Clock);
        using var measurements = new Measurements("hot");
        var encrypt = new EncryptingSerializer<byte[]>(Serializers.ByteArray, _channel.Protector);
        var decrypt = new DecryptingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector);

        Assert.That(
            AllocatedBy(() => decrypt.Deserialize(encrypt.Serialize(_value, _context), isNull: false, _context)),
            Is.EqualTo(AllocatedBy(() =>
            {
                _ = new byte[_value.Length + MessageHeader.MinOverhead + _channel.ProofSize];
                return new byte[_value.Length];
            })));
        Assert.That(measurements.Collect(), Has.Some.StartsWith($"e2ekafka.plaintext.opened = {(WarmUp + Count) * _value.Length} "));
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
