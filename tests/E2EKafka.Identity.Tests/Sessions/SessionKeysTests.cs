using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Frozen: a change of any of these numbers is another protocol.</summary>
public sealed class SessionKeysTests
{
    private const string Project = "9YfpfwaRhp-gA2PXqfyrz7C7HwyQU5M8ILQXGrLxgQ4";
    private const string Topic = "orders";
    private const string Producer = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U";

    private static readonly byte[] Secret = [.. Enumerable.Range(0, SessionKeys.SecretSize).Select(i => (byte)i)];

    // The key of RFC 7515 appendix A.3.
    private static readonly SigningPublicKey Signing = SigningPublicKey.TryRead(new Jwk(
        "EC", "P-256", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))!;

    private static readonly SessionStatement Signed = new(Project, Topic, Producer, Signing);
    private static readonly SessionStatement Group = new(Project, Topic, Producer, SigningKey: null);

    // Computed with Python's hmac and hashlib.
    [Test]
    public void The_keys_of_a_signed_session_are_frozen() => AssertKeys(
        Signed,
        key: "7055ba1cfe43fa94dc6188d45a0f9346eebdd9211225d68bd51c343dea4ee972",
        iv: "ee6317453b547e4e1fffcab5",
        id: "968fce4b4e1b0bf589c4058a15cc9a0b",
        commitment: "2085f6701e5d164dd6f191cf5789cb537a84e53be60306f1b190754db31dbcef",
        namesHash: "ecaa0cb98ef8fad0fe1eb8ac42f3ac840fc30be2a3b91556f96a8c8f43b8a729");

    [Test]
    public void The_keys_of_a_group_session_are_frozen() => AssertKeys(
        Group,
        key: "7e53e8fffd206f750cf0f4cd931c51d8faab5aae795a790d7a599103b2deb7a0",
        iv: "e30b14b32a02178705262782",
        id: "0e90e2238c34616a6e2bea92f57dc67f",
        commitment: "69c3ee7bda6b9776f7997614bd36cfbf7c2747a73b27b21693d6f4ffc80279d8",
        namesHash: "d44b8741e725498201e93ff4d695c0b5b3c8fe6dcfa3f92cd4ff8e938d38efd0");

    [Test]
    public void The_keys_are_HKDF_SHA256_of_the_secret_with_purpose_and_names_as_info()
    {
        using var secret = SecretBytes.CopyOf(Secret);
        foreach (var statement in (SessionStatement[])[Signed, Group])
        {
            using var keys = SessionKeys.Derive(secret, statement);
            Assert.Multiple(() =>
            {
                Assert.That(keys.Key.Span.ToArray(), Is.EqualTo(Derive("key", statement, 32)));
                Assert.That(keys.Iv, Is.EqualTo(Derive("iv", statement, 12)));
                Assert.That(keys.Id.ToArray(), Is.EqualTo(Derive("id", statement, 16)));
                Assert.That(keys.Commitment, Is.EqualTo(Derive("commitment", statement, 32)));
            });
        }

        // docs/protocol.md: info = "E2EKafka/1 session " ‖ purpose ‖ 0 ‖ names; no salt.
        static byte[] Derive(string purpose, SessionStatement statement, int size)
        {
            List<byte> info = [.. Encoding.ASCII.GetBytes($"E2EKafka/1 session {purpose}"), 0];
            foreach (var name in (string[])[statement.Project, statement.Topic, statement.Producer])
            {
                var length = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)name.Length);
                info.AddRange([.. length, .. Encoding.ASCII.GetBytes(name)]);
            }

            info.AddRange(statement.SigningKey is null ? [0] : [1, .. statement.SigningKey.Encoded]);
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, Secret, size, salt: null, [.. info]);
        }
    }

    [Test]
    public void Another_secret_or_any_other_name_changes_everything()
    {
        using var other = SigningKey.Generate();
        byte[] otherSecret = [.. Secret];
        otherSecret[31] ^= 1;
        List<(byte[] Secret, SessionStatement Statement)> variants =
        [
            (Secret, Signed), (Secret, Group), (otherSecret, Signed),
            (Secret, Signed with { Project = Project[..42] + "A" }),
            (Secret, Signed with { Topic = "Orders" }),
            (Secret, Signed with { Producer = Project }),
            (Secret, Signed with { SigningKey = other.Public }),
            // Names run together alike, were it not for their lengths.
            (Secret, Signed with { Project = Project + "o", Topic = "rders" }),
            (Secret, Signed with { Topic = Topic + Producer[..1], Producer = Producer[1..] }),
        ];
        var parts = variants.SelectMany(variant =>
        {
            using var secret = SecretBytes.CopyOf(variant.Secret);
            using var keys = SessionKeys.Derive(secret, variant.Statement);
            return (string[])[Convert.ToHexString(keys.Key.Span), Convert.ToHexString(keys.Iv), keys.Id.ToString(), Convert.ToHexString(keys.Commitment)];
        }).ToList();
        Assert.That(parts, Is.Unique);
        Assert.That(variants.Select(variant => Convert.ToHexString(variant.Statement.Hash())).Distinct().Count(), Is.EqualTo(variants.Count - 1), "one differs by the secret only");
    }

    [Test]
    public void Keys_match_the_announcement_they_were_announced_with_and_no_other()
    {
        using var project = new TestProject();
        var producer = project.Join();
        var (session, other) = (producer.Session(Topic), producer.Session(Topic));
        using var underAnotherStatement = SessionKeys.Derive(session.Secret, session.Statement with { Topic = "payments" });
        using var unsigned = SessionKeys.Derive(session.Secret, session.Statement with { SigningKey = null });
        using var otherSigner = SessionKeys.Derive(session.Secret, session.Statement with { SigningKey = other.SigningKey!.Public });
        using var again = SessionKeys.Derive(session.Secret, session.Announcement.Statement);
        Assert.Multiple(() =>
        {
            Assert.That(session.Keys.Match(session.Announcement));
            Assert.That(again.Match(session.Announcement), "as a reader derives them");
            Assert.That(other.Keys.Match(session.Announcement), Is.False);
            Assert.That(underAnotherStatement.Match(session.Announcement), Is.False);
            Assert.That(unsigned.Match(session.Announcement), Is.False);
            Assert.That(otherSigner.Match(session.Announcement), Is.False);
        });
    }

    [Test]
    public void Id_and_commitment_must_both_match()
    {
        using var project = new TestProject();
        var producer = project.Join();
        var session = producer.Session(Topic);
        var directory = project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(session.Keys.Match(Announce(session.Announcement.Claims)), "else the rest proves nothing");
            Assert.That(session.Keys.Match(Announce(session.Announcement.Claims with { Session = new byte[16] })), Is.False);
            for (var i = 0; i < SessionKeys.CommitmentSize; i++)
            {
                byte[] commitment = [.. session.Keys.Commitment];
                commitment[i] ^= 1;
                Assert.That(session.Keys.Match(Announce(session.Announcement.Claims with { Commitment = commitment })), Is.False, $"byte {i}");
            }
        });

        SessionAnnouncement Announce(SessionClaims claims) => SessionAnnouncement.TryVerify(
            RawJws.Sign(RecordTypes.Session, claims, RecordJson.Default.SessionClaims, producer.Key), directory, project.Now, out _)!;
    }

    [Test]
    public void A_disposed_sessions_key_is_gone()
    {
        using var secret = SecretBytes.CopyOf(Secret);
        var keys = SessionKeys.Derive(secret, Signed);
        keys.Dispose();
        Assert.That(() => keys.Key.Span.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void An_id_is_16_bytes_and_32_digits()
    {
        var id = SessionId.Read(Secret.AsSpan(0, SessionId.Size));
        Assert.Multiple(() =>
        {
            Assert.That(id.ToArray(), Is.EqualTo(Secret[..16]));
            Assert.That(id.ToString(), Is.EqualTo("000102030405060708090a0b0c0d0e0f"));
            Assert.That(default(SessionId).ToString(), Is.EqualTo(new string('0', 32)));
        });
    }

    private static void AssertKeys(SessionStatement statement, string key, string iv, string id, string commitment, string namesHash)
    {
        using var secret = SecretBytes.CopyOf(Secret);
        using var keys = SessionKeys.Derive(secret, statement);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(keys.Key.Span), Is.EqualTo(key));
            Assert.That(Convert.ToHexStringLower(keys.Iv), Is.EqualTo(iv));
            Assert.That(keys.Id.ToString(), Is.EqualTo(id));
            Assert.That(Convert.ToHexStringLower(keys.Commitment), Is.EqualTo(commitment));
            Assert.That(Convert.ToHexStringLower(statement.Hash()), Is.EqualTo(namesHash));
        });
    }
}
