using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>
/// Everything that can be done to a message between producer and consumer by somebody without the session's signing key.
/// Derived fixtures open it by another path each; none may let any of it through.
/// </summary>
public abstract class TamperingContract(MessageAuthentication authentication)
{
    private const int SessionStart = 2;
    private const int SequenceStart = 18;

    private static readonly byte[] Plaintext = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private static readonly byte[] KeyHash = SHA256.HashData("customer 7"u8);

    private TestChannel _channel = null!;
    private byte[] _message = null!;

    private protected TestChannel Channel => _channel;

    private static MessageContext Place { get; } = new(TestChannel.Topic, MessageComponentType.Value, KeyHash);

    private static MessageContext PlaceOfTombstone { get; } = Place with { IsTombstone = true };

    [SetUp]
    public void SetUpChannel()
    {
        _channel = new TestChannel(authentication);
        _channel.AddSession(TestChannel.OtherTopic, toSend: true);
        Prepare();
        _message = Seal(Plaintext, Place);
    }

    [TearDown]
    public void TearDownChannel() => _channel.Dispose();

    [Test]
    public void What_nobody_touched_opens()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Open(_message, Place), Is.Null);
            Assert.That(Open(Seal([], PlaceOfTombstone), PlaceOfTombstone), Is.Null);
        });
    }

    [Test]
    public void Altering_any_byte_in_any_bit_is_refused()
    {
        for (var position = 0; position < _message.Length; position++)
        {
            foreach (var mask in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 255])
            {
                var altered = _message.ToArray();
                altered[position] ^= mask;
                ShouldBeRefused(altered, Place, ReasonOf(position, mask), $"byte {position} xor {mask}");
            }
        }
    }

    [Test]
    public void Altering_any_byte_of_a_tombstone_is_refused()
    {
        var tombstone = Seal([], PlaceOfTombstone);
        for (var position = 0; position < tombstone.Length; position++)
        {
            var altered = tombstone.ToArray();
            altered[position] ^= 0x80;
            ShouldBeRefused(altered, PlaceOfTombstone, ReasonOf(position, 0x80), $"byte {position}");
        }
    }

    [Test]
    public void Cutting_it_off_at_any_length_is_refused()
    {
        for (var length = 0; length < _message.Length; length++)
        {
            var reason =
                length == 0 ? FailureReason.NotEncrypted
                : length < (_channel.IsSigned ? MessageHeader.SignedOverhead : MessageHeader.Overhead) ? FailureReason.Truncated
                : _channel.Altered;
            ShouldBeRefused(_message[..length], Place, reason, $"{length} bytes");
        }
    }

    [Test]
    public void Adding_bytes_is_refused()
    {
        foreach (var more in (int[])[1, 2, 16, 64, 80, 1_000])
            ShouldBeRefused([.. _message, .. new byte[more]], Place, _channel.Altered, $"{more} bytes more");
    }

    [Test]
    public void Doubling_it_is_refused() => ShouldBeRefused([.. _message, .. _message], Place, _channel.Altered);

    [Test]
    public void Moving_it_to_another_topic_is_refused() =>
        ShouldBeRefused(_message, new MessageContext(TestChannel.OtherTopic, MessageComponentType.Value, KeyHash), FailureReason.WrongTopic);

    [Test]
    public void Moving_it_to_another_topic_under_that_topics_session_is_refused()
    {
        var other = new MessageContext(TestChannel.OtherTopic, MessageComponentType.Value, KeyHash);
        var moved = _message.ToArray();
        Seal(Plaintext, other).AsSpan(SessionStart, SessionId.Size).CopyTo(moved.AsSpan(SessionStart));

        ShouldBeRefused(moved, other, _channel.Altered);
    }

    [Test]
    public void Replaying_it_under_another_session_is_refused()
    {
        var replayed = _message.ToArray();
        _channel.AddSession(TestChannel.Topic).Announcement.Id.Write(replayed.AsSpan(SessionStart));

        ShouldBeRefused(replayed, Place, _channel.Altered);
    }

    [Test]
    public void Giving_it_the_sequence_of_another_message_is_refused()
    {
        var other = Seal(Plaintext, Place);
        var swapped = _message.ToArray();
        other.AsSpan(SequenceStart, sizeof(uint)).CopyTo(swapped.AsSpan(SequenceStart));

        ShouldBeRefused(swapped, Place, _channel.Altered);
    }

    [Test]
    public void Giving_it_the_ending_of_another_message_is_refused()
    {
        var other = Seal(Plaintext, Place);
        for (var kept = MessageHeader.Size; kept < _message.Length; kept++)
        {
            // Two random endings of a byte or two are the same now and then, and then nothing is altered.
            if (!_message.AsSpan(kept).SequenceEqual(other.AsSpan(kept)))
                ShouldBeRefused([.. _message[..kept], .. other[kept..]], Place, _channel.Altered, $"from byte {kept} on");
        }
    }

    [Test]
    public void Binding_it_to_another_record_key_is_refused() => ShouldBeRefused(
        _message, new MessageContext(TestChannel.Topic, MessageComponentType.Value, SHA256.HashData("customer 8"u8)), _channel.Altered);

    [Test]
    public void Taking_its_record_key_away_is_refused() => ShouldBeRefused(_message, new MessageContext(TestChannel.Topic), _channel.Altered);

    [Test]
    public void Adding_a_record_key_is_refused() =>
        ShouldBeRefused(Seal(Plaintext, new MessageContext(TestChannel.Topic)), Place, _channel.Altered);

    [Test]
    public void Adding_the_hash_that_stands_for_no_key_is_refused() => ShouldBeRefused(
        Seal(Plaintext, new MessageContext(TestChannel.Topic)),
        new MessageContext(TestChannel.Topic, MessageComponentType.Value, new byte[MessageContext.RecordKeyHashSize]),
        _channel.Altered);

    [Test]
    public void Passing_a_value_off_as_a_tombstone_is_refused() =>
        ShouldBeRefused(_message, PlaceOfTombstone, FailureReason.AuthenticationFailed);

    [Test]
    public void Passing_an_empty_value_off_as_a_tombstone_is_refused()
    {
        var empty = Seal([], Place);
        var flipped = empty.ToArray();
        flipped[1] ^= (byte)MessageFlags.Tombstone;
        Assert.Multiple(() =>
        {
            ShouldBeRefused(empty, PlaceOfTombstone, FailureReason.AuthenticationFailed);
            ShouldBeRefused(flipped, PlaceOfTombstone, _channel.Altered);
        });
    }

    [Test]
    public void Passing_a_tombstone_off_as_an_empty_value_is_refused()
    {
        var tombstone = Seal([], PlaceOfTombstone);
        var flipped = tombstone.ToArray();
        flipped[1] ^= (byte)MessageFlags.Tombstone;
        Assert.Multiple(() =>
        {
            ShouldBeRefused(tombstone, Place, FailureReason.AuthenticationFailed);
            ShouldBeRefused(flipped, Place, _channel.Altered);
        });
    }

    [Test]
    public void Moving_a_tombstone_to_another_record_is_refused() => ShouldBeRefused(
        Seal([], PlaceOfTombstone),
        new MessageContext(TestChannel.Topic, MessageComponentType.Value, SHA256.HashData("customer 8"u8)) { IsTombstone = true },
        _channel.Altered);

    [Test]
    public void A_signature_put_on_or_taken_off_is_refused()
    {
        var flag = (byte)MessageFlags.Signed;
        byte[] other = _channel.IsSigned ? _message[..^SigningPublicKey.SignatureSize] : [.. _message, .. new byte[SigningPublicKey.SignatureSize]];
        other[1] ^= flag;

        ShouldBeRefused(other, Place, FailureReason.WrongAuthentication);
    }

    [Test]
    public void What_a_reader_forges_with_the_session_key_is_refused_where_messages_are_signed()
    {
        using var reader = new MessageCipher(SessionKeys.Derive(_channel.Session.Secret, _channel.Session.Statement), _channel.Session.Statement);
        var additionalData = AssociatedData.Write(new byte[AssociatedData.MaxSize], _channel.Session.Statement.Hash(), Place);
        var forged = new byte[_message.Length];
        new MessageHeader((MessageFlags)(_message[1] & 0x0F), _channel.Session.Announcement.Id, 99).Write(forged);
        reader.Encrypt(99, additionalData, new byte[Plaintext.Length], forged);
        if (!_channel.IsSigned)
        {
            // That is what a topic gives up that opts for its group.
            Assert.That(Open(forged, Place), Is.Null);
            return;
        }

        using var anotherKey = new MessageSignature(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        anotherKey.Sign(additionalData, forged.AsSpan(0, forged.Length - 64), forged.AsSpan(forged.Length - 64));
        Assert.Multiple(() =>
        {
            ShouldBeRefused(forged, Place, FailureReason.SignatureInvalid);
            ShouldBeRefused([.. forged[..^64], .. _message[^64..]], Place, FailureReason.SignatureInvalid);
            ShouldBeRefused([.. forged[..^64], .. new byte[64]], Place, FailureReason.SignatureInvalid);
        });
    }

    [Test]
    public void Anything_else_is_refused()
    {
        var random = new SeededGenerator(20260301);
        for (var i = 0; i < 2_000; i++)
        {
            var noise = random.Bytes(random.Next(300));
            if (noise.Length > 1 && random.Next(2) == 0)
                (noise[0], noise[1]) = (0xFE, (byte)(0x10 | random.Next(16)));
            if (noise.Length > SequenceStart && random.Next(2) == 0)
                _channel.Session.Announcement.Id.Write(noise.AsSpan(SessionStart));

            Assert.That(Open(noise, Place), Is.Not.Null, $"{Convert.ToHexString(noise)} was opened");
        }
    }

    /// <summary>Makes what the path needs of <see cref="Channel"/>.</summary>
    private protected abstract void Prepare();

    private protected abstract byte[] Seal(byte[] plaintext, MessageContext place);

    /// <returns>Why it was refused, if it was.</returns>
    private protected abstract FailureReason? Open(byte[] message, MessageContext place);

    private protected virtual void ShouldBeRefused(byte[] message, MessageContext place, FailureReason reason, string what = "") =>
        Assert.That(Open(message, place), Is.EqualTo(reason), what);

    private FailureReason ReasonOf(int position, byte mask) => position switch
    {
        0 => FailureReason.NotEncrypted,
        1 when (mask & 0xFA) != 0 => FailureReason.UnsupportedVersion,
        1 when mask == (byte)MessageFlags.Signed => FailureReason.WrongAuthentication,
        1 => FailureReason.AuthenticationFailed,
        < SequenceStart => FailureReason.UnknownSession,
        _ => _channel.Altered,
    };
}
