using System.Security.Cryptography;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>What can be done to the binding of a message to its record's key.</summary>
public abstract partial class TamperingContract
{
    private const int KeyHashStart = 22;

    private static readonly byte[] OtherKeyHash = SHA256.HashData("customer 8"u8);

    private static MessageContext OtherKeysPlace { get; } = new(TestChannel.Topic, MessageComponentType.Value, OtherKeyHash);

    [Test]
    public void Moving_it_to_another_record_key_is_refused() => ShouldBeRefused(_message, OtherKeysPlace, FailureReason.RecordKeyMismatch);

    [Test]
    public void Moving_it_to_a_record_without_a_key_is_refused() =>
        ShouldBeRefused(_message, new MessageContext(TestChannel.Topic, MessageComponentType.Value, new byte[32]), FailureReason.RecordKeyMismatch);

    [Test]
    public void Giving_it_the_hash_of_another_record_key_is_refused()
    {
        var swapped = _message.ToArray();
        OtherKeyHash.CopyTo(swapped, KeyHashStart);
        Assert.Multiple(() =>
        {
            ShouldBeRefused(swapped, OtherKeysPlace, _channel.Altered);
            ShouldBeRefused(swapped, UnboundPlace, _channel.Altered);
        });
    }

    [Test]
    public void Taking_the_hash_of_its_record_key_out_is_refused()
    {
        byte[] unbound = [.. _message[..KeyHashStart], .. _message[(KeyHashStart + 32)..]];
        unbound[1] ^= (byte)MessageFlags.KeyBound;
        Assert.Multiple(() =>
        {
            ShouldBeRefused(unbound, Place, _channel.Altered);
            ShouldBeRefused(unbound, UnboundPlace, _channel.Altered);
        });
    }

    [Test]
    public void Putting_the_hash_of_a_record_key_in_is_refused()
    {
        var unbound = Seal(Plaintext, UnboundPlace);
        byte[] bound = [.. unbound[..KeyHashStart], .. KeyHash, .. unbound[KeyHashStart..]];
        bound[1] ^= (byte)MessageFlags.KeyBound;
        Assert.Multiple(() =>
        {
            ShouldBeRefused(bound, Place, _channel.Altered);
            ShouldBeRefused(bound, UnboundPlace, _channel.Altered);
        });
    }

    [Test]
    public void A_message_that_is_bound_to_no_key_is_refused_where_a_key_is_demanded() => Assert.Multiple(() =>
    {
        ShouldBeRefused(Seal(Plaintext, UnboundPlace), Place, FailureReason.RecordKeyMismatch);
        ShouldBeRefused(
            Seal(Plaintext, UnboundPlace), new MessageContext(TestChannel.Topic, MessageComponentType.Value, new byte[32]), FailureReason.RecordKeyMismatch);
    });

    [Test]
    public void A_reader_that_sees_no_key_opens_a_bound_message() => Assert.That(Open(_message, UnboundPlace), Is.Null);

    [Test]
    public void Moving_a_tombstone_to_another_record_is_refused() =>
        ShouldBeRefused(Seal([], PlaceOfTombstone), OtherKeysPlace with { IsTombstone = true }, FailureReason.RecordKeyMismatch);
}
