using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests;

/// <summary>The numbers of the worked example in <c>docs/protocol.md</c>, read from there and computed again.</summary>
[TestFixture]
public sealed class WorkedExampleTests
{
    private static readonly NamedValues Example =
        NamedValues.OfBlock(Path.Combine(AppContext.BaseDirectory, "Protocol", "protocol.md"), "example");

    private static uint Sequence => uint.Parse(Example["sequence"], CultureInfo.InvariantCulture);

    private static MessageContext Context => new(Example["topic"], MessageComponentType.Value, Example.Bytes("record-key-hash"));

    [TestCase("authority")]
    [TestCase("producer")]
    [TestCase("session-signing")]
    public void A_key_has_the_identifier_that_the_example_says(string name)
    {
        using var key = ScalarKeys.Signing(Example.Bytes($"{name}-private-key"));
        Assert.That(Hex(key.Public.Encoded), Is.EqualTo(Example[$"{name}-public-key"]));
        Assert.That(key.Public.Thumbprint, Is.EqualTo(Example[$"{name}-thumbprint"]));
    }

    [Test]
    public void The_thumbprint_is_the_hash_of_the_text_that_the_example_says() =>
        Assert.That(Base64Url.EncodeToString(SHA256.HashData(Ascii("producer-thumbprint-input"))), Is.EqualTo(Example["producer-thumbprint"]));

    [Test]
    public void The_project_id_is_the_hash_of_the_authority_and_the_salt()
    {
        byte[] input = [.. "E2EKafka/1 project\0"u8, .. Ascii("authority-thumbprint"), .. Example.Bytes("project-salt")];
        Assert.That(Base64Url.EncodeToString(SHA256.HashData(input)), Is.EqualTo(Example["project"]));
    }

    [Test]
    public void The_ticket_has_the_hash_that_the_example_says() =>
        Assert.That(EnrollmentTicket.HashOf(Example.Bytes("ticket-secret")), Is.EqualTo(Example["ticket-hash"]));

    [Test]
    public void The_topic_and_the_consumer_have_the_partitions_that_the_example_says()
    {
        var layout = new ControlTopicLayout("example", int.Parse(Example["partitions"], CultureInfo.InvariantCulture));
        Assert.That(layout.PartitionOf(Example["topic"]).ToString(CultureInfo.InvariantCulture), Is.EqualTo(Example["sessions-partition"]));
        Assert.That(layout.PartitionOf(Example["consumer"]).ToString(CultureInfo.InvariantCulture), Is.EqualTo(Example["grants-partition"]));
    }

    [Test]
    public void The_session_derives_what_the_example_says()
    {
        Assert.That(Encoding.ASCII.GetString(ExactJson.Write(Statement().Core, RecordJson.Default.SessionCore)), Is.EqualTo(Example["session-core"]));
        Assert.That(Hex(SHA256.HashData([.. "E2EKafka/1 core\0"u8, .. Ascii("session-core")])), Is.EqualTo(Example["session-core-hash"]));
        Assert.That(Encoding.ASCII.GetString(Statement().Encode()), Is.EqualTo(Example["session-statement"]));
        Assert.That(Hex(SHA256.HashData([.. "E2EKafka/1 statement\0"u8, .. Ascii("session-statement")])), Is.EqualTo(Example["session-statement-hash"]));
        Assert.That(Statement().Id.ToString(), Is.EqualTo(Example["session-id"]).And.EqualTo(Example["session-statement-hash"][..32]));

        using var keys = Keys();
        Assert.That(Hex(keys.Key.Span), Is.EqualTo(Example["session-key"]));
        Assert.That(Hex(keys.Iv), Is.EqualTo(Example["session-iv"]));
        Assert.That(Hex(Statement().Claims.Commitment), Is.EqualTo(Example["session-commitment"]));
    }

    [TestCase("commitment", "core")]
    [TestCase("key", "statement")]
    [TestCase("iv", "statement")]
    public void The_intermediate_values_of_the_derivation_lead_to_its_outputs(string purpose, string of)
    {
        var prk = HKDF.Extract(HashAlgorithmName.SHA256, Example.Bytes("session-secret"), []);
        Assert.That(Hex(prk), Is.EqualTo(Example["session-prk"]));

        byte[] info = [.. Encoding.ASCII.GetBytes($"E2EKafka/1 session {purpose}\0"), .. Example.Bytes($"session-{of}-hash")];
        var expected = Example[$"session-{purpose}"];
        Assert.That(Hex(HKDF.Expand(HashAlgorithmName.SHA256, prk, expected.Length / 2, info)), Is.EqualTo(expected));
    }

    [Test]
    public void The_message_is_made_of_the_parts_that_the_example_says()
    {
        Assert.That(Hex(RecordKeyHash.Of(Example.Bytes("record-key"), isNull: false)), Is.EqualTo(Example["record-key-hash"]));

        var header = new byte[MessageHeader.MaxSize];
        new MessageHeader(MessageFlags.KeyBound, SessionId.Read(Example.Bytes("session-id")), Sequence).Write(header, Example.Bytes("record-key-hash"));
        Assert.That(Hex(header), Is.EqualTo(Example["header"]));

        var additionalData = AssociatedData.Write(new byte[AssociatedData.MaxSize], Statement().Hash, Context.Component, header);
        Assert.That(Hex(additionalData), Is.EqualTo(Example["additional-data"]));

        var nonce = Example.Bytes("session-iv");
        for (var i = 0; i < sizeof(uint); i++)
            nonce[^(i + 1)] ^= (byte)(Sequence >> (8 * i));
        Assert.That(Hex(nonce), Is.EqualTo(Example["nonce"]));

        var plaintext = Example.Bytes("plaintext");
        var ciphertextAndTag = new byte[plaintext.Length + MessageHeader.TagSize];
        using (var cipher = new MessageCipher(Keys(), Statement().Hash.ToArray()))
            cipher.Encrypt(Sequence, additionalData, plaintext, ciphertextAndTag);
        Assert.That(Hex([.. header, .. ciphertextAndTag]), Is.EqualTo(Example["message-without-signature"]));

        byte[] signed = [.. "E2EKafka/1 message\0"u8, .. additionalData, .. ciphertextAndTag];
        Assert.That(Hex(SHA256.HashData(signed)), Is.EqualTo(Example["message-digest"]));
        Assert.That(Statement().SigningKey!.Verify(signed, Example.Bytes("signature")), Is.True);
    }

    [Test]
    public void The_message_opens()
    {
        using var session = new InboundSession(Statement(), Keys(), VerifyingKeys.Of(Statement()));
        byte[] message = [.. Example.Bytes("message-without-signature"), .. Example.Bytes("signature")];
        Assert.That(MessageHeader.Read(message, out var header), Is.Null);
        Assert.That(header.Sequence, Is.EqualTo(Sequence));

        var plaintext = new byte[session.PlaintextSizeOf(header, message.Length)];
        Assert.That(session.Open(header, message, Context, plaintext), Is.Null);
        Assert.That(Hex(plaintext), Is.EqualTo(Example["plaintext"]));
    }

    [Test]
    public void The_grant_opens()
    {
        using var recipient = HpkeKem.P256.Import(Example.Bytes("package-private-key"));
        Assert.That(Hex(recipient.PublicKey.Encoded), Is.EqualTo(Example["package-public-key"]));
        Assert.That(KeyPackage.IdOf(recipient.PublicKey), Is.EqualTo(Example["package"]));

        var info = Encoding.ASCII.GetBytes(
            $"E2EKafka/1 grant\0{Example["project"]}\0{Example["producer-thumbprint"]}\0{Example["consumer"]}\0{Example["package"]}");
        Assert.That(Hex(info), Is.EqualTo(Example["grant-info"]));

        Assert.That(Hex(SHA256.HashData(Example.Bytes("session-statement-hash"))), Is.EqualTo(Example["grant-additional-data"]));
        var sealedSecret = Example.Bytes("grant-sealed");
        Assert.That(sealedSecret, Has.Length.EqualTo(SessionKeys.SecretSize + HpkeKem.P256.Overhead));
        using var secret = Hpke.TryOpen(recipient, info, Example.Bytes("grant-additional-data"), sealedSecret);
        Assert.That(secret, Is.Not.Null);
        Assert.That(Hex(secret!.Span), Is.EqualTo(Example["session-secret"]));
    }

    private static byte[] Ascii(string name) => Encoding.ASCII.GetBytes(Example[name]);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static SessionStatement Statement() => SessionStatement.TryRead(Ascii("session-statement"))!;

    private static SessionKeys Keys()
    {
        using var secret = SecretBytes.CopyOf(Example.Bytes("session-secret"));
        return SessionKeys.TryDerive(secret, Statement())!;
    }
}
