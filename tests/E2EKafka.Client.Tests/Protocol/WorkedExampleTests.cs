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
    public void The_topic_has_the_partition_that_the_example_says()
    {
        var layout = new ControlTopicLayout("example", int.Parse(Example["keys-partitions"], CultureInfo.InvariantCulture));
        Assert.That(layout.KeysPartitionOf(Example["topic"]).ToString(CultureInfo.InvariantCulture), Is.EqualTo(Example["keys-partition"]));
    }

    [Test]
    public void The_session_derives_what_the_example_says()
    {
        Assert.That(Hex(Statement().Encode()), Is.EqualTo(Example["session-names"]));
        Assert.That(Hex(Statement().Hash()), Is.EqualTo(Example["session-names-hash"]));

        using var keys = Keys();
        Assert.That(Hex(keys.Key.Span), Is.EqualTo(Example["session-key"]));
        Assert.That(Hex(keys.Iv), Is.EqualTo(Example["session-iv"]));
        Assert.That(keys.Id.ToString(), Is.EqualTo(Example["session-id"]));
        Assert.That(Hex(keys.Commitment), Is.EqualTo(Example["session-commitment"]));
    }

    [TestCase("key")]
    [TestCase("iv")]
    [TestCase("id")]
    [TestCase("commitment")]
    public void The_intermediate_values_of_the_derivation_lead_to_its_outputs(string purpose)
    {
        var prk = HKDF.Extract(HashAlgorithmName.SHA256, Example.Bytes("session-secret"), []);
        Assert.That(Hex(prk), Is.EqualTo(Example["session-prk"]));

        byte[] info = [.. Encoding.ASCII.GetBytes($"E2EKafka/1 session {purpose}\0"), .. Example.Bytes("session-names")];
        var expected = Example[$"session-{purpose}"];
        Assert.That(Hex(HKDF.Expand(HashAlgorithmName.SHA256, prk, expected.Length / 2, info)), Is.EqualTo(expected));
    }

    [Test]
    public void The_message_is_made_of_the_parts_that_the_example_says()
    {
        Assert.That(Hex(RecordHeaders.HashOf(Example.Bytes("record-key"), isNull: false)), Is.EqualTo(Example["record-key-hash"]));

        var header = new byte[MessageHeader.Size];
        new MessageHeader(MessageFlags.Signed, SessionId.Read(Example.Bytes("session-id")), Sequence).Write(header);
        Assert.That(Hex(header), Is.EqualTo(Example["header"]));

        var additionalData = AssociatedData.Write(new byte[AssociatedData.MaxSize], Statement().Hash(), Context);
        Assert.That(Hex(additionalData), Is.EqualTo(Example["additional-data"]));

        var nonce = Example.Bytes("session-iv");
        for (var i = 0; i < sizeof(uint); i++)
            nonce[^(i + 1)] ^= (byte)(Sequence >> (8 * i));
        Assert.That(Hex(nonce), Is.EqualTo(Example["nonce"]));

        var plaintext = Example.Bytes("plaintext");
        var message = new byte[MessageHeader.Overhead + plaintext.Length];
        header.CopyTo(message, 0);
        using (var cipher = new MessageCipher(Keys(), Statement()))
            cipher.Encrypt(Sequence, additionalData, plaintext, message);
        Assert.That(Hex(message), Is.EqualTo(Example["message-without-signature"]));

        byte[] signed = [.. "E2EKafka/1 message\0"u8, .. additionalData, .. message];
        Assert.That(Hex(SHA256.HashData(signed)), Is.EqualTo(Example["signature-input-hash"]));
        Assert.That(Statement().SigningKey!.Verify(signed, Example.Bytes("signature")), Is.True);
    }

    [Test]
    public void The_message_opens()
    {
        using var session = new InboundSession(Announcement(), Keys());
        byte[] message = [.. Example.Bytes("message-without-signature"), .. Example.Bytes("signature")];
        Assert.That(MessageHeader.Read(message, out var header), Is.Null);
        Assert.That(header.Sequence, Is.EqualTo(Sequence));

        var plaintext = new byte[InboundSession.PlaintextSizeOf(header, message.Length)];
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
            $"E2EKafka/1 grant\0{Example["project"]}\0{Example["session-id"]}\0{Example["producer-thumbprint"]}\0{Example["consumer"]}\0{Example["package"]}");
        Assert.That(Hex(info), Is.EqualTo(Example["grant-info"]));

        var sealedSecret = Example.Bytes("grant-sealed");
        Assert.That(sealedSecret, Has.Length.EqualTo(SessionKeys.SecretSize + HpkeKem.P256.Overhead));
        using var secret = Hpke.TryOpen(recipient, info, [], sealedSecret);
        Assert.That(secret, Is.Not.Null);
        Assert.That(Hex(secret!.Span), Is.EqualTo(Example["session-secret"]));
    }

    private static byte[] Ascii(string name) => Encoding.ASCII.GetBytes(Example[name]);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static SessionStatement Statement()
    {
        using var signingKey = ScalarKeys.Signing(Example.Bytes("session-signing-private-key"));
        return new SessionStatement(Example["project"], Example["topic"], Example["producer-thumbprint"], signingKey.Public);
    }

    private static SessionKeys Keys()
    {
        using var secret = SecretBytes.CopyOf(Example.Bytes("session-secret"));
        return SessionKeys.Derive(secret, Statement());
    }

    /// <summary>The announcement of the frozen payloads, which are of the same session.</summary>
    private static SessionAnnouncement Announcement()
    {
        var frozen = FrozenPayloadTests.Read("0.1.0");
        var directory = new MemberDirectory(ProjectDocument.Parse(frozen["project-json"]));
        return SessionAnnouncement.TryVerify(Jws.TryParse(frozen["announcement"])!, directory, frozen.Now, out _)!;
    }
}
