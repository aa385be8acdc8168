using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>
/// Another implementation of JOSE signs what we verify and has verified what we signed. <c>Vectors/jose.mjs</c> says how the vectors are made.
/// </summary>
public sealed class PeerTests
{
    private const string Project = "RJdFqH_jf5rL9jZbXasGEklU8saZTgowKPADZ0Vf7ek";

    public static IEnumerable<string> Types => [RecordTypes.Refusal, RecordTypes.KeyChange];

    [Test]
    public void The_thumbprint_is_the_one_that_the_peer_computes() =>
        Assert.That(Key().Thumbprint, Is.EqualTo(Vectors.GetProperty("kid").GetString()));

    [TestCaseSource(nameof(Types))]
    public void A_record_that_the_peer_signed_is_verified(string type) => AssertVerified(type, Compact("signed", type));

    [TestCaseSource(nameof(Types))]
    public void A_record_of_ours_that_the_peer_verified_is_still_what_we_write(string type)
    {
        var compact = Compact("verified", type);
        AssertVerified(type, compact);
        Assert.That(RawJws.PayloadOf(compact), Is.EqualTo(RawJws.PayloadOf(Ours(type))));
        Assert.That(RawJws.HeaderOf(compact), Is.EqualTo(RawJws.HeaderOf(Ours(type))));
    }

    [TestCaseSource(nameof(Types))]
    public void The_peers_record_is_ours_but_for_the_signature(string type) =>
        Assert.That(Jws.TryParse(Compact("signed", type))!.Hash, Is.EqualTo(Jws.TryParse(Compact("verified", type))!.Hash));

    [Test]
    public void The_peers_input_can_be_written()
    {
        using var ecdsa = ECDsa.Create(FixedParameters);
        var secret = ecdsa.ExportParameters(includePrivateParameters: true);
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Peer")).FullName;
        var path = Path.Combine(folder, "peer.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            project = Project,
            key = new { kty = "EC", crv = "P-256", x = Text(secret.Q.X), y = Text(secret.Q.Y), d = Text(secret.D) },
            records = Types.Select(type => new { typ = type, payload = RawJws.PayloadOf(Ours(type)), compact = Ours(type) }),
        }));
        Assert.That(path, Does.Exist);

        static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes);
    }

    private static JsonElement Vectors => JsonDocument.Parse(TestVectors.Read("jose.json")).RootElement;

    /// <summary>A key that is the hash of its name.</summary>
    private static ECParameters FixedParameters => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = SHA256.HashData("E2EKafka test vector: peer"u8),
    };

    private static string Ours(string type)
    {
        using var ecdsa = ECDsa.Create(FixedParameters);
        using var key = SigningKey.Import(ecdsa.ExportPkcs8PrivateKey());
        var id = key.Public.Thumbprint;
        return type == RecordTypes.Refusal
            ? Jws.Sign(type, key, new RefusalClaims(id, Project, id, 1_767_323_045, id, FailureReason.Revoked), RecordJson.Default.RefusalClaims)
            : Jws.Sign(type, key, new KeyChangeClaims(Project, id, 1_767_323_045, key.Public.Jwk), RecordJson.Default.KeyChangeClaims);
    }

    private static SigningPublicKey Key()
    {
        var key = Vectors.GetProperty("key");
        return SigningPublicKey.TryRead(new Jwk(Member("kty"), Member("crv"), Member("x"), Member("y")))!;

        string Member(string name) => key.GetProperty(name).GetString()!;
    }

    private static string Compact(string list, string type) => Vectors.GetProperty(list).EnumerateArray()
        .Single(record => record.GetProperty("typ").GetString() == type).GetProperty("compact").GetString()!;

    private static void AssertVerified(string type, string compact)
    {
        var jws = Jws.TryParse(Encoding.ASCII.GetBytes(compact))!;
        Assert.Multiple(() =>
        {
            Assert.That(type == RecordTypes.Refusal
                ? jws.ReadUnverified(RecordJson.Default.RefusalClaims) is not null
                : jws.ReadUnverified(RecordJson.Default.KeyChangeClaims) is not null);
            Assert.That(jws.Verify(type, Project, Key()));
            Assert.That(jws.Verify(type, "another", Key()), Is.False);
        });
    }
}
