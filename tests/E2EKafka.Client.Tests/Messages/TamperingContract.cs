using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>
/// Everything that can be done to a message between producer and consumer without the session's signing key.
/// Derived fixtures open it by another path each; none may let any of it through.
/// </summary>
public abstract partial class TamperingContract(MessageAuthentication authentication)
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

    private static MessageContext UnboundPlace { get; } = new(TestChannel.Topic);

    /// <summary>Each form of a message, with its place.</summary>
    private IEnumerable<(byte[] Message, MessageContext Place)> Forms =>
    [
        (_message, Place),
        (Seal(Plaintext, UnboundPlace), UnboundPlace),
        (Seal([], PlaceOfTombstone), PlaceOfTombstone),
        (Seal([], UnboundPlace with { IsTombstone = true }), UnboundPlace with { IsTombstone = true }),
    ];

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
    public void What_was_not_altered_opens()
    {
        foreach (var (message, place) in Forms)
            Assert.That(Open(message, place), Is.Null);
    }

    [Test]
    public void Altering_any_byte_in_any_bit_is_refused()
    {
        foreach (var (message, place) in Forms)
        {
            for (var position = 0; position < message.Length; position++)
            {
                foreach (var mask in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 255])
                {
                    var altered = message.ToArray();
                    altered[position] ^= mask;
                    if (IsMacOfAnotherGroup(message, position))
                    {
                        Assert.That(Open(altered, place), Is.Null, "what proves the origin to others is not this reader's to check");
                        continue;
                    }

                    ShouldBeRefused(altered, place, ReasonOf(place, position, mask), $"{Describe(place)}: byte {position} xor {mask}");
                }
            }
        }
    }

    [Test]
    public void Cutting_it_off_at_any_length_is_refused()
    {
        foreach (var (message, place) in Forms)
        {
            var least = MessageHeader.MinOverhead + place.RecordKeyHash.Length + _channel.ProofSize;
            for (var length = 0; length < message.Length; length++)
            {
                var reason = length == 0 ? FailureReason.NotEncrypted : length < least ? FailureReason.Truncated : _channel.Altered;
                ShouldBeRefused(message[..length], place, reason, $"{Describe(place)}: {length} bytes");
            }
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
        _channel.AddSession(TestChannel.Topic).Statement.Id.Write(replayed.AsSpan(SessionStart));

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
        for (var kept = MessageHeader.MinSize; kept < _message.Length; kept++)
        {
            // Two random endings of a byte or two are the same now and then, and then nothing is altered.
            if (!_message.AsSpan(kept).SequenceEqual(other.AsSpan(kept)))
                ShouldBeRefused([.. _message[..kept], .. other[kept..]], Place, _channel.Altered, $"from byte {kept} on");
        }
    }

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
    public void A_proof_put_on_or_taken_off_is_refused()
    {
        foreach (var size in (int[])[16, 32, 64, 128])
        {
            ShouldBeRefused([.. _message, .. new byte[size]], Place, _channel.Altered, $"{size} bytes more");
            ShouldBeRefused(_message[..^size], Place, size <= Plaintext.Length ? _channel.Altered : FailureReason.Truncated, $"{size} bytes less");
        }
    }

    [Test]
    public void What_a_reader_forges_with_the_session_key_is_refused_where_an_origin_is_proven()
    {
        var forged = new byte[_message.Length];
        var header = new MessageHeader(MessageFlags.KeyBound, _channel.Session.Statement.Id, 99);
        header.Write(forged, KeyHash);
        var associatedData = AssociatedData.Write(
            new byte[AssociatedData.MaxSize], _channel.Session.Statement.Hash.ToArray(), MessageComponentType.Value, forged.AsSpan(0, header.Size));
        var ciphertextAndTag = forged.AsSpan(header.Size..^_channel.ProofSize);
        using (var reader = new MessageCipher(SessionKeys.TryDerive(_channel.Session.Secret, _channel.Session.Statement)!, _channel.Session.Statement.Hash.ToArray()))
            reader.Encrypt(99, associatedData, new byte[Plaintext.Length], ciphertextAndTag);
        if (_channel.ProofSize == 0)
        {
            // A topic that is authenticated by its shared key gives that up.
            Assert.That(Open(forged, Place), Is.Null);
            return;
        }

        ShouldBeRefused(forged, Place, _channel.Altered);
        ShouldBeRefused([.. forged[..^_channel.ProofSize], .. _message[^_channel.ProofSize..]], Place, _channel.Altered);
        if (authentication == MessageAuthentication.Mac)
        {
            var keys = _channel.Session.GroupKeys;
            ForgeMacs(keys[0]);
            ShouldBeRefused(forged, Place, FailureReason.AuthenticationFailed, "by a member of another group");
            ForgeMacs(keys[^1]);
            Assert.That(Open(forged, Place), Is.Null, "members of one group trust each other with the origin");
        }

        if (!_channel.IsSigned)
            return;

        using var anotherKey = new MessageSignature(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        anotherKey.Prove(associatedData, ciphertextAndTag, forged.AsSpan(^64..));
        ShouldBeRefused(forged, Place, FailureReason.SignatureInvalid);

        void ForgeMacs(GroupKey key)
        {
            using var macs = new MessageMacs([.. Enumerable.Repeat(key.Key, TestChannel.Groups)]);
            macs.Prove(
                AssociatedData.Write(
                    new byte[AssociatedData.MaxSize], _channel.Session.Statement.Hash, MessageComponentType.Value, forged.AsSpan(0, header.Size)),
                forged.AsSpan(header.Size..^_channel.ProofSize),
                forged.AsSpan(^_channel.ProofSize..));
        }
    }

    [Test]
    public void Anything_else_is_refused()
    {
        var random = new SeededGenerator(20260301);
        for (var i = 0; i < 2_000; i++)
        {
            var noise = random.Bytes(random.Next(300));
            if (noise.Length > 1 && random.Next(2) == 0)
                (noise[0], noise[1]) = (0xFE, (byte)(0x01 | (random.Next(16) << 4)));
            if (noise.Length > SequenceStart && random.Next(2) == 0)
                _channel.Session.Statement.Id.Write(noise.AsSpan(SessionStart));

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

    private static string Describe(MessageContext place) =>
        $"{(place.IsTombstone ? "tombstone" : "value")}, {(place.RecordKeyHash.IsEmpty ? "not bound" : "bound")}";

    private bool IsMacOfAnotherGroup(byte[] message, int position) =>
        authentication == MessageAuthentication.Mac && position >= message.Length - _channel.ProofSize && position < message.Length - MessageMacs.MacSize;

    private FailureReason ReasonOf(MessageContext place, int position, byte mask) => position switch
    {
        0 => FailureReason.NotEncrypted,
        1 when (mask & ~(byte)(MessageFlags.Tombstone | MessageFlags.KeyBound)) != 0 => FailureReason.UnsupportedVersion,
        1 when mask == (byte)MessageFlags.Tombstone => FailureReason.AuthenticationFailed,

        // The hash is taken for ciphertext, or the other way round.
        1 when place.IsTombstone => place.RecordKeyHash.IsEmpty ? FailureReason.Truncated : FailureReason.TombstoneNotAuthenticated,
        1 => _channel.Altered,
        < SequenceStart and > 1 => FailureReason.UnknownSession,
        _ => _channel.Altered,
    };
}
