using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>The bytes were made by another implementation (Python's cryptography) from docs/protocol.md. They must never change.</summary>
[TestFixture]
public class MessageFormatTests
{
    private const string Hello = "68656c6c6f";
    private const string HelloUnbound = "fe10fa38196f054571f95ec9ff5618d658ef00000000de98d7a25abb232eb082d3a8b467b2c44db48b5966";
    private const string HelloBoundToKey1 = "fe10fa38196f054571f95ec9ff5618d658ef00000001c6c6f02621eda1f1f3907efa0bc01ed5b76a6ca9ca";
    private const string TombstoneOfKey1 = "fe14fa38196f054571f95ec9ff5618d658ef00000002d81e12ef6542d4b137ce16cc069e4f95";
    private const string HelloSigned =
        "fe11dc6b27c1f5f9117f3d6119b20ac83bba00000007d62e312e661643df931155d9a317be374127b24fd83cb16dc9b07007c5a29909e692c55b7d41a6a8ce9b" +
        "aa827754af72b0740ec901af1918df6ef32eee19a1a43ae0036cf9f74b47a5ba3e6678af2ec223b53af35d";

    private TestProject _project = null!;
    private TestMember _member = null!;

    [SetUp]
    public void SetUp()
    {
        _project = new TestProject();
        _member = _project.Join();
    }

    [TearDown]
    public void TearDown() => _project.Dispose();

    [Test]
    public void Unsigned_messages_have_these_bytes()
    {
        using var session = new OutboundSession(Announce(null, out var keys), keys, null, SessionLimits.Default);

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
        using var session = new InboundSession(Announce(null, out var keys), keys);

        Assert.That(
            Open(session, message, isBound ? BoundToKey1(isTombstone) : new MessageContext("orders")),
            Is.EqualTo((null as FailureReason?, plaintext)));
    }

    [Test]
    public void Signed_messages_of_others_open()
    {
        using var session = new InboundSession(Announce(SessionSigningKey(), out var keys), keys);

        Assert.That(Open(session, HelloSigned, BoundToKey1()), Is.EqualTo((null as FailureReason?, Hello)));
    }

    [Test]
    public void A_message_is_38_bytes_longer_than_its_plaintext_and_102_signed(
        [Values] MessageAuthentication authentication, [Values(0, 1, 15, 16, 17, 1_000_000)] int size)
    {
        using var channel = new TestChannel(authentication);

        Assert.That(
            channel.Protector.Protect(new byte[size], new MessageContext(TestChannel.Topic)),
            Has.Length.EqualTo(size + (channel.IsSigned ? 102 : 38)));
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
                Assert.That(message[1], Is.EqualTo(0x11));
                Assert.That(message[2..18], Is.EqualTo(channel.Session.Announcement.Id.ToArray()));
                Assert.That(header.Sequence, Is.EqualTo(sequence));
            });
        }
    }

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
        new Jwk("EC", "P-256", "lmSGcQ3e-3VVjqqyPPVjPOBgLuwSkQbzkrVJMuH2aeg", "WH1CNiezn-0w2HaOgT_iJ3wbJso7sF14t9PGSWgx0rk"))!;

    private static string Seal(OutboundSession session, string plaintext, MessageContext context) =>
        Convert.ToHexStringLower(session.TrySeal(Convert.FromHexString(plaintext), context, TestProject.Start.UtcTicks)!);

    private static (FailureReason? Refusal, string Plaintext) Open(InboundSession session, string text, MessageContext context)
    {
        var message = Convert.FromHexString(text);
        Assert.That(MessageHeader.Read(message, out var header), Is.Null);
        var plaintext = new byte[InboundSession.PlaintextSizeOf(header, message.Length)];
        return (session.Open(header, message, context, plaintext), Convert.ToHexStringLower(plaintext));
    }

    private SessionAnnouncement Announce(SigningPublicKey? signingKey, out SessionKeys keys)
    {
        using var secret = SecretBytes.CopyOf([.. Enumerable.Range(0, SessionKeys.SecretSize).Select(i => (byte)i)]);
        var statement = new SessionStatement("project-id", "orders", "producer-id", signingKey);
        keys = SessionKeys.Derive(secret, statement);
        return SessionAnnouncement.Create(
            statement, keys, _member.Key, _member.Credential, TestProject.Start, TestProject.Start + TimeSpan.FromHours(1));
    }
}
