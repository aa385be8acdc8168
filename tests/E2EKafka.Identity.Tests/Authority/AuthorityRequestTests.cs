using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A request by itself: what it is, and each thing that refuses it.</summary>
public sealed class AuthorityRequestTests : AuthorityFixture
{
    private SigningKey _key = null!;
    private HpkePrivateKey _sealing = null!;

    [SetUp]
    public void MakeKeys()
    {
        _key = NewKey();
        _sealing = HpkePrivateKey.TryRestore(Project.Vault.Read("authority", "sealing"))!;
    }

    [TearDown]
    public void DisposeKey() => _sealing.Dispose();

    [Test]
    public void Its_body_is_sealed_under_project_member_and_key()
    {
        var ticket = Project.Ticket();
        var claims = Request(_key, ticket).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!;
        var (project, member) = (Project.Document.Id, _key.Public.Thumbprint);
        using var body = Hpke.TryOpen(_sealing, Encoding.ASCII.GetBytes($"E2EKafka/1 request\0{project}\0{member}\0{member}"), [], claims.Sealed)!;
        Assert.Multiple(() =>
        {
            Assert.That(claims, Is.EqualTo(new AuthorityRequestClaims(project, member, Project.Now.ToUnixTimeSeconds(), _key.Public.Jwk, claims.Sealed)));
            Assert.That(Encoding.ASCII.GetString(body.Span), Is.EqualTo($"{{\"ticket\":\"{System.Buffers.Text.Base64Url.EncodeToString(ticket.Secret)}\"}}"));
        });
    }

    [Test]
    public void Anything_else_in_it_is_refused_by_itself()
    {
        using var other = new TestProject();
        var claims = Request(_key, Project.Ticket()).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!;
        Assert.Multiple(() =>
        {
            Assert.That(IsTaken(claims), "else the rest proves nothing");
            Assert.That(IsTaken(claims, signer: NewKey()), Is.False, "signed by another key");
            Assert.That(IsTaken(claims, type: RecordTypes.KeyChange), Is.False, "of another type");
            Assert.That(IsTaken(claims with { Aud = other.Document.Id }), Is.False, "for another project");
            Assert.That(IsTaken(claims with { Sub = "member" }), Is.False, "no identifier");
            Assert.That(IsTaken(claims with { Iat = 253_370_764_799 }), "the last time there is");
            Assert.That(IsTaken(claims with { Iat = 253_370_764_800 }), Is.False, "no time");
            Assert.That(IsTaken(claims with { Jwk = claims.Jwk with { Y = claims.Jwk.X } }), Is.False, "no key");
        });

        bool IsTaken(AuthorityRequestClaims changed, SigningKey? signer = null, string type = RecordTypes.AuthorityRequest) => AuthorityRequest.TryVerify(
            RawJws.Sign(type, changed, RecordJson.Default.AuthorityRequestClaims, signer ?? _key), Project.Document.Id) is not null;
    }

    [Test]
    public void Its_body_is_the_exact_form_with_a_tickets_secret_of_32_bytes_or_none()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Open("{}"), Is.EqualTo(new AuthorityRequestBody()));
            Assert.That(Open("{\"change\":\"change\"}"), Is.EqualTo(new AuthorityRequestBody(Change: "change")));
            Assert.That(Open(Ticket(32))?.Ticket, Has.Length.EqualTo(32));
            foreach (var size in (int[])[0, 1, 31, 33, 64])
                Assert.That(Open(Ticket(size)), Is.Null, $"{size} bytes");
            Assert.That(Open("{ }"), Is.Null, "a space");
            Assert.That(Open(""), Is.Null, "nothing");
            using var stranger = HpkeKem.Default.Generate();
            Assert.That(Read("{}").TryOpen(stranger), Is.Null, "another authority");
        });

        AuthorityRequestBody? Open(string body) => Read(body).TryOpen(_sealing);

        AuthorityRequest Read(string body)
        {
            var (project, member) = (Project.Document.Id, _key.Public.Thumbprint);
            var info = Encoding.ASCII.GetBytes($"E2EKafka/1 request\0{project}\0{member}\0{member}");
            var sealedBody = Hpke.Seal(_sealing.PublicKey, info, [], Encoding.ASCII.GetBytes(body));
            var claims = new AuthorityRequestClaims(project, member, Project.Now.ToUnixTimeSeconds(), _key.Public.Jwk, sealedBody);
            return AuthorityRequest.TryVerify(RawJws.Sign(RecordTypes.AuthorityRequest, claims, RecordJson.Default.AuthorityRequestClaims, _key), project)!;
        }

        static string Ticket(int size) => $"{{\"ticket\":\"{System.Buffers.Text.Base64Url.EncodeToString(new byte[size])}\"}}";
    }
}
