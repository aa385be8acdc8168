using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>The bytes were made by another implementation (message_format.py) from docs/protocol.md. They must never change.</summary>
[TestFixture]
public class MessageFormatTests
{
    private const string Hello = "68656c6c6f";
    private const string Project = "JEIQ5IQ3tlVpgKcCSamTaZNKNSQpA0zvnXvSU7O_LAE";
    private const string Document = "Q8wj-lK4e0zB0CtbEUFUFR1q3dsXyf3cBrAn-pniQAg";
    private const string Producer = "0ZkPl6H0_nuOhtqMA8ndP31TbBSqSm-e7asH80zZYbA";

    private const string HelloUnbound = "fe01238f86cbb84feabb6559090ecfaec2f100000000b8c6abc87e544d25188852d0d7edbe1cda0b73b26f";

    private const string HelloBoundToKey1 =
        "fe21238f86cbb84feabb6559090ecfaec2f100000001be2974546978e3739e6d6da85c4be9f334ce32df2b9fd4b6ff1b55c0d57e9d4483762327d7bd273dd795" +
        "6fed4e96e21150cd04fb2e";

    private const string TombstoneOfKey1 =
        "fe31238f86cbb84feabb6559090ecfaec2f100000002be2974546978e3739e6d6da85c4be9f334ce32df2b9fd4b6ff1b55c0d57e9d4421e52bb7083e027de427" +
        "f6317c60e25f";

    private const string HelloSigned =
        "fe21d801e82eb472d045d4269d0cb29fc1d800000007be2974546978e3739e6d6da85c4be9f334ce32df2b9fd4b6ff1b55c0d57e9d449ff4f754d8da80017971" +
        "bf0ada9e86435cbfe8a7abfae3e0d99b2b1ad4a63e1076b04d0b1db4916f6058a56605793a0cfaca8b811a6d42661818fbb76b2e520d692cda434a34fe6997b5" +
        "108c36210ce0595af1a3c4";

    [Test]
    public void Unsigned_messages_have_these_bytes()
    {
        using var session = new OutboundSession(Announce(null, out var keys), keys, ProvingKeys.Shared(), SessionLimits.Default);

        Assert.Multiple(() =>
        {
            Assert.That(Seal(session, Hello, new MessageContext("orders")), Is.EqualTo(HelloUnbound));
            Assert.That(Seal(session, Hello, BoundToKey1()), Is.EqualTo(HelloBoundToKey1));
            Assert.That(Seal(session, "", BoundToKey1(isTombstone: true)), Is.EqualTo(TombstoneOfKey1));
        });
    }

    [TestCase(HelloUnbound, Hello, false, false)]
    [TestCase(HelloBoundToKey1, Hello, true, false)]
    [TestCase(TombstoneOfKey1, "", true, true)]
    public void Unsigned_messages_of_others_open(string message, string plaintext, bool isBound, bool isTombstone)
    {
        using var session = new InboundSession(Announce(null, out var keys), keys, VerifyingKeys.Shared());

        Assert.That(
            Open(session, message, isBound ? BoundToKey1(isTombstone) : new MessageContext("orders")),
            Is.EqualTo((null as FailureReason?, plaintext)));
    }

    [Test]
    public void Signed_messages_of_others_open()
    {
        using var session = new InboundSession(Announce(SessionSigningKey(), out var keys), keys, VerifyingKeys.Signature(SessionSigningKey()));

        Assert.That(Open(session, HelloSigned, BoundToKey1()), Is.EqualTo((null as FailureReason?, Hello)));
    }

    [Test]
    public void A_message_is_38_bytes_longer_than_its_plaintext_and_by_its_proof_and_a_record_keys_hash(
        [Values] MessageAuthentication authentication, [Values(0, 1, 15, 16, 17, 1_000_000)] int size)
    {
        using var channel = new TestChannel(authentication);

        Assert.That(
            channel.Protector.Protect(new byte[size], new MessageContext(TestChannel.Topic)),
            Has.Length.EqualTo(size + 38 + channel.ProofSize));
        Assert.That(
            channel.Protector.Protect(new byte[size], new MessageContext(TestChannel.Topic, recordKeyHash: new byte[32])),
            Has.Length.EqualTo(size + 70 + channel.ProofSize), "with a record key");
    }

    [Test]
    public void The_header_has_the_session_and_counts_from_zero()
    {
        using var channel = new TestChannel();
        for (var sequence = 0u; sequence < 3; sequence++)
        {
            var message = channel.Protector.Protect([1, 2, 3], new MessageContext(TestChannel.Topic));

            Assert.That(MessageHeader.Read(message, out var header), Is.Null);
            Assert.Multiple(() =>
            {
                Assert.That(message[0], Is.EqualTo(0xFE));
                Assert.That(message[1], Is.EqualTo(0x01));
                Assert.That(message[2..18], Is.EqualTo(channel.Session.Statement.Id.ToArray()));
                Assert.That(header.Sequence, Is.EqualTo(sequence));
            });
        }
    }

    [TestCase(0x00)]
    [TestCase(0x02)]
    [TestCase(0x0F)]
    [TestCase(0x11 | 0x40)]
    [TestCase(0x01 | 0x80)]
    public void An_unknown_version_or_flag_is_said_before_the_length(byte second)
    {
        foreach (var size in (int[])[2, 21, 38, 200])
        {
            var message = new byte[size];
            (message[0], message[1]) = (0xFE, second);
            Assert.That(MessageHeader.Read(message, out _), Is.EqualTo(FailureReason.UnsupportedVersion), $"{size} bytes");
        }
    }

    [TestCase(0x01, 38)]
    [TestCase(0x11, 38)]
    [TestCase(0x21, 70)]
    [TestCase(0x31, 70)]
    public void Without_header_and_tag_it_is_truncated(byte second, int least)
    {
        for (var size = 1; size <= least; size++)
        {
            var message = new byte[size];
            message[0] = 0xFE;
            if (size > 1)
                message[1] = second;
            Assert.That(MessageHeader.Read(message, out _), Is.EqualTo(size < least ? FailureReason.Truncated : null as FailureReason?), $"{size} bytes");
        }
    }

    [Test]
    public void A_header_is_not_written_with_another_flag_than_its_content() => Assert.Multiple(() =>
    {
        Assert.That(() => new MessageHeader(MessageFlags.None, default, 0).Write(new byte[54], new byte[32]), Throws.ArgumentException);
        Assert.That(() => new MessageHeader(MessageFlags.KeyBound, default, 0).Write(new byte[54], []), Throws.ArgumentException);
    });

    [Test]
    public void Same_plaintexts_have_different_ciphertexts()
    {
        using var channel = new TestChannel(MessageAuthentication.Shared);

        var messages = Enumerable.Range(0, 1_000)
            .Select(_ => Convert.ToHexString(channel.Protector.Protect(new byte[16], new MessageContext(TestChannel.Topic))[22..38]))
            .ToList();

        Assert.That(messages, Is.Unique);
    }

    private static MessageContext BoundToKey1(bool isTombstone = false) =>
        new("orders", MessageComponentType.Value, SHA256.HashData("key-1"u8)) { IsTombstone = isTombstone };

    private static SigningPublicKey SessionSigningKey() => SigningPublicKey.TryRead(
        new Jwk("EC", "P-256", "R1BP3U2co9dwxanCYOc8PeMPnOyeIqQiq1tdG9K8AVo", "rbJyUvORBNtaXvQ86nlXN2oGT9mS0GIrqXhL8azk5PI"))!;

    private static string Seal(OutboundSession session, string plaintext, MessageContext context) =>
        Convert.ToHexStringLower(session.TrySeal(Convert.FromHexString(plaintext), context, TestProject.Start.UtcTicks)!);

    private static (FailureReason? Refusal, string Plaintext) Open(InboundSession session, string text, MessageContext context)
    {
        var message = Convert.FromHexString(text);
        Assert.That(MessageHeader.Read(message, out var header), Is.Null);
        var plaintext = new byte[session.PlaintextSizeOf(header, message.Length)];
        return (session.Open(header, message, context, plaintext), Convert.ToHexStringLower(plaintext));
    }

    internal static SessionStatement Announce(SigningPublicKey? signingKey, out SessionKeys keys)
    {
        using var secret = SecretBytes.CopyOf([.. Enumerable.Range(0, SessionKeys.SecretSize).Select(i => (byte)i)]);
        var statement = SessionKeys.State(secret, new SessionCore(
            Project, new DocumentReference(1, Document), "orders", Producer,
            signingKey is null ? MessageAuthentication.Shared : MessageAuthentication.Signature,
            TestProject.Start.ToUnixTimeSeconds(), TestProject.Start.AddHours(1).ToUnixTimeSeconds(), uint.MaxValue, 1L << 38, signingKey?.Jwk));
        keys = SessionKeys.TryDerive(secret, statement)!;
        return statement;
    }
}
