using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class SessionKeysTests
{
    private const string Project = "9YfpfwaRhp-gA2PXqfyrz7C7HwyQU5M8ILQXGrLxgQ4";
    private const string Producer = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U";

    private static readonly byte[] Secret = [.. Enumerable.Range(0, SessionKeys.SecretSize).Select(i => (byte)i)];

    // The key of RFC 7515 appendix A.3.
    private static readonly Jwk Signing = new(
        "EC", "P-256", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");

    private static readonly SessionCore Signed = new(
        Project, new DocumentReference(3, Producer), "orders", Producer, MessageAuthentication.Signature, 1_767_323_045, 1_767_326_645, 100, 1_000, Signing);

    private static readonly SessionCore Shared = Signed with { Authentication = MessageAuthentication.Shared, Key = null };

    [Test]
    public void A_statement_is_the_canonical_JSON_of_core_and_commitment_and_its_hash_begins_with_the_id()
    {
        foreach (var core in (SessionCore[])[Signed, Shared])
        {
            using var secret = SecretBytes.CopyOf(Secret);
            var key = core.Key is null ? "" : $",\"key\":{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{Signing.X}\",\"y\":\"{Signing.Y}\"}}";
            var mode = core.Key is null ? "shared" : "signature";
            var coreJson = $"{{\"project\":\"{Project}\",\"document\":{{\"version\":3,\"hash\":\"{Producer}\"}},\"topic\":\"orders\",\"producer\":\"{Producer}\",\"authentication\":\"{mode}\",\"begins\":1767323045,\"ends\":1767326645,\"messages\":100,\"bytes\":1000{key}}}";
            var commitment = Derive("commitment", SHA256.HashData(Encoding.ASCII.GetBytes("E2EKafka/1 core\0" + coreJson)), 32);
            var json = $"{{\"core\":{coreJson},\"commitment\":\"{System.Buffers.Text.Base64Url.EncodeToString(commitment)}\"}}";
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes("E2EKafka/1 statement\0" + json));

            var statement = SessionKeys.State(secret, core);
            using var keys = SessionKeys.TryDerive(secret, statement)!;
            Assert.Multiple(() =>
            {
                Assert.That(Encoding.ASCII.GetString(statement.Encode()), Is.EqualTo(json));
                Assert.That(statement.Hash.ToArray(), Is.EqualTo(hash));
                Assert.That(statement.Id.ToArray(), Is.EqualTo(hash[..16]));
                Assert.That(keys.Key.Span.ToArray(), Is.EqualTo(Derive("key", hash, 32)));
                Assert.That(keys.Iv, Is.EqualTo(Derive("iv", hash, 12)));
            });
        }

        // docs/protocol.md: info = "E2EKafka/1 session " ‖ purpose ‖ 0 ‖ hash; no salt.
        static byte[] Derive(string purpose, byte[] hash, int size) => HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Secret, size, salt: null, [.. Encoding.ASCII.GetBytes($"E2EKafka/1 session {purpose}"), 0, .. hash]);
    }

    [Test]
    public void Another_secret_or_any_other_member_changes_everything()
    {
        using var other = SigningKey.Generate();
        byte[] otherSecret = [.. Secret];
        otherSecret[31] ^= 1;
        List<(byte[] Secret, SessionCore Core)> variants =
        [
            (Secret, Signed), (Secret, Shared), (otherSecret, Signed),
            (Secret, Signed with { Project = Producer }),
            (Secret, Signed with { Document = new DocumentReference(4, Producer) }),
            (Secret, Signed with { Document = new DocumentReference(3, Project) }),
            (Secret, Signed with { Topic = "Orders" }),
            (Secret, Signed with { Producer = Project }),
            (Secret, Signed with { Begins = Signed.Begins + 1 }),
            (Secret, Signed with { Ends = Signed.Ends + 1 }),
            (Secret, Signed with { Messages = 101 }),
            (Secret, Signed with { Bytes = 1_001 }),
            (Secret, Signed with { Key = other.Public.Jwk }),
        ];
        var parts = variants.SelectMany(variant =>
        {
            using var secret = SecretBytes.CopyOf(variant.Secret);
            var statement = SessionKeys.State(secret, variant.Core);
            using var keys = SessionKeys.TryDerive(secret, statement)!;
            return (string[])
            [
                Convert.ToHexString(keys.Key.Span), Convert.ToHexString(keys.Iv), statement.Id.ToString(), Convert.ToHexString(statement.Claims.Commitment),
            ];
        }).ToList();
        Assert.That(parts, Is.Unique);
    }

    [Test]
    public void A_secret_gives_keys_only_under_the_statement_that_commits_to_it()
    {
        using var project = new TestProject();
        var producer = project.Join();
        var (session, other) = (producer.Session("orders"), producer.Session("orders"));
        var claims = session.Statement.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(Opens(session.Secret, claims), "else the rest proves nothing");
            Assert.That(Opens(other.Secret, claims), Is.False);
            Assert.That(Opens(session.Secret, claims with { Core = claims.Core with { Topic = "payments" } }), Is.False);
            Assert.That(Opens(session.Secret, claims with { Core = claims.Core with { Authentication = MessageAuthentication.Shared, Key = null } }), Is.False);
            Assert.That(Opens(session.Secret, claims with { Core = claims.Core with { Key = other.SigningKey!.Public.Jwk } }), Is.False);
            for (var i = 0; i < SessionStatement.HashSize; i++)
            {
                byte[] commitment = [.. claims.Commitment];
                commitment[i] ^= 1;
                Assert.That(Opens(session.Secret, claims with { Commitment = commitment }), Is.False, $"byte {i}");
            }
        });

        static bool Opens(SecretBytes secret, StatementClaims claims)
        {
            using var keys = SessionKeys.TryDerive(secret, SessionStatement.TryRead(claims)!);
            return keys is not null;
        }
    }

    [Test]
    public void A_core_that_readers_refuse_is_not_stated()
    {
        using var secret = SecretBytes.CopyOf(Secret);
        Assert.That(() => SessionKeys.State(secret, Signed with { Topic = "" }), Throws.ArgumentException.With.Message.Contains("out of bounds"));
    }

    [Test]
    public void A_disposed_sessions_key_is_gone()
    {
        using var secret = SecretBytes.CopyOf(Secret);
        var keys = SessionKeys.TryDerive(secret, SessionKeys.State(secret, Signed))!;
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
}
