using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>MACs for reader groups: what each group believes, and what it does not.</summary>
[TestFixture]
public class MessageMacTests
{
    /// <summary>"hello" bound to "key-1", for two groups; made by another implementation (message_format.py).</summary>
    private const string HelloForTwoGroups =
        "fe21238f86cbb84feabb6559090ecfaec2f100000000be2974546978e3739e6d6da85c4be9f334ce32df2b9fd4b6ff1b55c0d57e9d44b8c6abc87ef311980609" +
        "b40ecbfd5a7216b120d90c54fd06455ab84c82206240835d3febca66f4454601e59f9ecde5c7c1733c726b";

    private static readonly MessageContext Place = new("orders");
    private static readonly MessageContext BoundToKey1 = new("orders", recordKeyHash: SHA256.HashData("key-1"u8));

    private byte[][] _keys = null!;

    [SetUp]
    public void SetUp() =>
        _keys = [.. Enumerable.Range(1, 3).Select(i => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"group {i}")))];

    [Test]
    public void A_message_for_two_groups_has_these_bytes()
    {
        using var session = Sending(_keys[0], _keys[1]);

        Assert.That(Convert.ToHexStringLower(Seal(session, BoundToKey1)), Is.EqualTo(HelloForTwoGroups));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_message_of_others_opens_in_each_group(int group)
    {
        using var session = Receiving(2, group, _keys[group]);

        Assert.That(session.ProvenBy, Is.EqualTo(MessageProof.Mac));
        Assert.That(Open(session, Convert.FromHexString(HelloForTwoGroups), BoundToKey1), Is.EqualTo((null as FailureReason?, "hello")));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(8)]
    public void There_is_one_MAC_of_16_bytes_for_each_group(int groups)
    {
        var keys = Enumerable.Range(0, groups).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
        using var sending = Sending(keys);
        var message = Seal(sending, Place);

        Assert.That(message, Has.Length.EqualTo(38 + "hello".Length + (16 * groups)));
        for (var group = 0; group < groups; group++)
        {
            using var receiving = Receiving(groups, group, keys[group]);
            Assert.That(Open(receiving, message, Place).Refusal, Is.Null);
        }
    }

    [Test]
    public void MACs_in_another_order_are_refused_by_each_group()
    {
        using var sending = Sending(_keys[0], _keys[1]);
        var message = Seal(sending, Place);
        byte[] swapped = [.. message[..^32], .. message[^16..], .. message[^32..^16]];

        for (var group = 0; group < 2; group++)
        {
            using var receiving = Receiving(2, group, _keys[group]);
            Assert.That(Open(receiving, swapped, Place).Refusal, Is.EqualTo(FailureReason.AuthenticationFailed));
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_member_of_another_group_cannot_forge(int group)
    {
        // It knows the session's key, and that of its own group.
        using var insider = Sending(_keys[1 - group], _keys[1 - group]);
        using var receiving = Receiving(2, group, _keys[group]);

        Assert.That(Open(receiving, Seal(insider, Place)), Is.EqualTo((FailureReason.AuthenticationFailed as FailureReason?, "")));
    }

    [Test]
    public void A_member_of_the_same_group_can_forge()
    {
        using var insider = Sending(RandomNumberGenerator.GetBytes(32), _keys[1]);
        using var receiving = Receiving(2, 1, _keys[1]);

        Assert.That(Open(receiving, Seal(insider, Place)).Refusal, Is.Null);
    }

    [Test]
    public void A_producer_can_make_what_one_group_accepts_and_another_refuses()
    {
        using var sending = Sending(_keys[0], _keys[2]);
        var message = Seal(sending, Place);
        using var first = Receiving(2, 0, _keys[0]);
        using var second = Receiving(2, 1, _keys[1]);

        Assert.That(Open(first, message).Refusal, Is.Null);
        Assert.That(Open(second, message).Refusal, Is.EqualTo(FailureReason.AuthenticationFailed));
    }

    [Test]
    public void A_MAC_that_is_cut_short_or_missing_is_refused()
    {
        using var sending = Sending(_keys[0], _keys[1]);
        var message = Seal(sending, Place);
        for (var cut = 1; cut <= 32; cut++)
        {
            for (var group = 0; group < 2; group++)
            {
                using var receiving = Receiving(2, group, _keys[group]);
                var expected = cut <= "hello".Length ? FailureReason.AuthenticationFailed : FailureReason.Truncated;
                Assert.That(Open(receiving, message[..^cut]), Is.EqualTo((expected as FailureReason?, "")), $"{cut} bytes, group {group}");
            }
        }
    }

    [Test]
    public void Half_a_MAC_is_not_enough()
    {
        using var sending = Sending(_keys[0]);
        var message = Seal(sending, Place);
        using var receiving = Receiving(1, 0, _keys[0]);
        for (var zeros = 1; zeros <= 16; zeros++)
        {
            byte[] shortened = [.. message[..^zeros], .. new byte[zeros]];
            if (!shortened.AsSpan().SequenceEqual(message))
                Assert.That(Open(receiving, shortened).Refusal, Is.EqualTo(FailureReason.AuthenticationFailed), $"{zeros} bytes zeroed");
        }
    }

    [Test]
    public void Without_its_groups_key_a_reader_opens_nothing_and_takes_nothing_for_shared()
    {
        using var sending = Sending(_keys[0], _keys[1]);
        using var shared = new OutboundSession(Announce(out var keys), keys, ProvingKeys.Shared(), SessionLimits.Default);
        using var receiving = new InboundSession(Announce(out var readerKeys), readerKeys, VerifyingKeys.Macs([null, null]));

        Assert.Multiple(() =>
        {
            Assert.That(Open(receiving, Seal(sending, Place)), Is.EqualTo((FailureReason.KeyNotYetReceived as FailureReason?, "")));
            Assert.That(Open(receiving, Seal(shared, Place)), Is.EqualTo((FailureReason.Truncated as FailureReason?, "")));
            Assert.That(Open(receiving, [.. Seal(shared, Place), .. new byte[32]]), Is.EqualTo((FailureReason.KeyNotYetReceived as FailureReason?, "")));
            Assert.That(receiving.ProvenBy, Is.EqualTo(MessageProof.Mac));
        });
    }

    [Test]
    public void A_shared_message_and_one_of_another_number_of_groups_are_refused()
    {
        using var shared = new OutboundSession(Announce(out var keys), keys, ProvingKeys.Shared(), SessionLimits.Default);
        using var receiving = Receiving(2, 1, _keys[1]);
        foreach (var sending in (OutboundSession[])[Sending(_keys[1]), Sending(_keys[0], _keys[1], _keys[2]), shared])
        {
            using (sending)
            {
                var message = sending.TrySeal(new byte[100], Place, TestProject.Start.UtcTicks)!;
                Assert.That(Open(receiving, message).Refusal, Is.EqualTo(FailureReason.AuthenticationFailed));
            }
        }
    }

    [Test]
    public void What_is_encrypted_while_the_session_is_disposed_is_whole_or_nothing()
    {
        for (var round = 0; round < 20; round++)
        {
            var sending = Sending(_keys[0], _keys[1]);
            using var receiving = Receiving(2, 1, _keys[1]);
            using var started = new ManualResetEventSlim();
            var sent = new List<byte[]>();
            var thread = new Thread(() =>
            {
                started.Set();
                try
                {
                    while (sending.TrySeal("hello"u8, Place, TestProject.Start.UtcTicks) is { } message)
                        sent.Add(message);
                }
                catch (ObjectDisposedException)
                {
                    // The session ended while it was in use.
                }
            });
            thread.Start();
            started.Wait();
            sending.Dispose();
            thread.Join();

            Assert.That(sent.Select(message => Open(receiving, message).Refusal), Is.All.Null);
        }
    }

    [Test]
    public void Keys_and_groups_that_cannot_be_are_refused()
    {
        using var key = SecretBytes.Random(32);
        using var shortKey = SecretBytes.Random(31);
        Assert.Multiple(() =>
        {
            Assert.That(() => ProvingKeys.Macs([]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => ProvingKeys.Macs([.. Enumerable.Repeat(key, 9)]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => ProvingKeys.Macs([shortKey]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => VerifyingKeys.Macs([]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => VerifyingKeys.Macs([key, .. new SecretBytes?[8]]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => VerifyingKeys.Macs([null, shortKey]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void With_a_session_its_group_keys_are_destroyed()
    {
        var (sent, received) = (SecretBytes.CopyOf(_keys[0]), SecretBytes.CopyOf(_keys[0]));
        new OutboundSession(Announce(out var keys), keys, ProvingKeys.Macs([sent]), SessionLimits.Default).Dispose();
        new InboundSession(Announce(out var readerKeys), readerKeys, VerifyingKeys.Macs([received])).Dispose();

        Assert.That(() => sent.Span.Length, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => received.Span.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    private static byte[] Seal(OutboundSession session, MessageContext context) => session.TrySeal("hello"u8, context, TestProject.Start.UtcTicks)!;

    private static (FailureReason? Refusal, string Plaintext) Open(InboundSession session, byte[] message, MessageContext? context = null)
    {
        if (MessageHeader.Read(message, out var header) is { } malformed)
            return (malformed, "");

        var plaintext = new byte[Math.Max(0, session.PlaintextSizeOf(header, message.Length))];
        var refusal = session.Open(header, message, context ?? Place, plaintext);
        return (refusal, refusal is null ? System.Text.Encoding.UTF8.GetString(plaintext) : "");
    }

    private static OutboundSession Sending(params byte[][] groupKeys) => new(
        Announce(out var keys), keys, ProvingKeys.Macs([.. groupKeys.Select(key => SecretBytes.CopyOf(key))]), SessionLimits.Default);

    private static InboundSession Receiving(int groups, int index, byte[] groupKey)
    {
        var groupKeys = new SecretBytes?[groups];
        groupKeys[index] = SecretBytes.CopyOf(groupKey);
        return new(Announce(out var keys), keys, VerifyingKeys.Macs(groupKeys));
    }

    // The session of MessageFormatTests, whose id and key are the same each time.
    private static SessionStatement Announce(out SessionKeys keys) => MessageFormatTests.Announce(signingKey: null, out keys);
}
