using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Rule 13: one header for each type and key, byte for byte.</summary>
public sealed class StrictHeaderTests
{
    private const string Type = RecordTypes.Refusal;
    private SigningKey _key = null!;
    private SigningKey _other = null!;
    private string _project = null!;
    private string _payload = null!;

    [OneTimeSetUp]
    public void MakeKeys()
    {
        _key = SigningKey.Generate();
        _other = SigningKey.Generate();
        _project = _other.Public.Thumbprint;
        _payload = $$"""{"iss":"a","aud":"{{_project}}","sub":"b","iat":1,"request":"c","reason":"revoked"}""";
    }

    [OneTimeTearDown]
    public void DisposeKeys()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Test]
    public void The_one_header_is_accepted() => Assert.That(Accepts(RawJws.Sign(RawJws.Header(Type, _key), _payload, _key)));

    [TestCase("""{"alg":"ES256","kid":"K","typ":"T"}""")]
    [TestCase("""{"typ":"T","alg":"ES256","kid":"K"}""")]
    [TestCase("""{"kid":"K","typ":"T","alg":"ES256"}""")]
    [TestCase("""{ "alg":"ES256","typ":"T","kid":"K"}""")]
    [TestCase("""{"alg": "ES256","typ":"T","kid":"K"}""")]
    [TestCase("""{"alg":"ES256","typ":"T","kid":"K" }""")]
    [TestCase("{\"alg\":\"ES256\",\"typ\":\"T\",\"kid\":\"K\"}\n")]
    [TestCase("\uFEFF{\"alg\":\"ES256\",\"typ\":\"T\",\"kid\":\"K\"}")]
    [TestCase("""{"alg":"\u0045S256","typ":"T","kid":"K"}""")]
    public void The_same_header_in_another_spelling_refuses_the_record(string header) =>
        Assert.That(Jws.TryParse(RawJws.Sign(
            header.Replace("T", Type, StringComparison.Ordinal).Replace("K", _key.Public.Thumbprint, StringComparison.Ordinal),
            _payload, _key)), Is.Null);

    [Test]
    public void What_we_sign_ourselves_is_accepted_again_and_again_by_the_same_key()
    {
        var claims = new RefusalClaims("a", _project, "b", 1, "c", FailureReason.Revoked);
        for (var i = 0; i < 3; i++)
        {
            var record = Jws.Sign(Type, _key, claims, RecordJson.Default.RefusalClaims);
            Assert.Multiple(() =>
            {
                Assert.That(Accepts(record));
                Assert.That(RawJws.PayloadOf(record), Is.EqualTo(_payload), "the library adds nothing to the payload");
            });
        }
    }

    [TestCase(""" "jwk":{"kty":"EC","crv":"P-256","x":"X","y":"Y"} """)]
    [TestCase(""" "jku":"https://attacker.example/keys" """)]
    [TestCase(""" "x5u":"https://attacker.example/cert" """)]
    [TestCase(""" "x5c":["MIIB"] """)]
    [TestCase(""" "x5t":"AAAA" """)]
    [TestCase(""" "x5t#S256":"AAAA" """)]
    [TestCase(""" "crit":["exp"] """)]
    [TestCase(""" "crit":[] """)]
    [TestCase(""" "b64":false """)]
    [TestCase(""" "zip":"DEF" """)]
    [TestCase(""" "cty":"JWT" """)]
    [TestCase(""" "enc":"A256GCM" """)]
    [TestCase(""" "":"" """)]
    [TestCase(""" "alg":"ES256" """)]
    [TestCase(""" "alg":"none" """)]
    [TestCase(""" "ALG":"none" """)]
    [TestCase(""" "\u0061lg":"ES256" """)]
    [TestCase(""" "typ":"JWT" """)]
    [TestCase(""" "kid":"x" """)]
    [TestCase(""" "jwk":null """)]
    public void Any_further_member_refuses_the_record(string member)
    {
        var header = RawJws.Header(Type, _key);
        Assert.Multiple(() =>
        {
            Assert.That(Jws.TryParse(RawJws.Sign(header[..^1] + "," + member + "}", _payload, _key)), Is.Null, "behind");
            Assert.That(Jws.TryParse(RawJws.Sign("{" + member + "," + header[1..], _payload, _key)), Is.Null, "in front");
        });
    }

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("HS256")]
    [TestCase("RS256")]
    [TestCase("PS256")]
    [TestCase("ES384")]
    [TestCase("ES512")]
    [TestCase("ES256K")]
    [TestCase("EdDSA")]
    [TestCase("es256")]
    [TestCase("ES256 ")]
    [TestCase("")]
    [TestCase("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")]
    public void Any_other_algorithm_is_refused(string algorithm) =>
        Assert.That(Jws.TryParse(RawJws.Sign(Header(alg: $"\"{algorithm}\""), _payload, _key)), Is.Null);

    [Test]
    public void An_unsigned_record_is_refused()
    {
        var unsigned = Encode(Header(alg: "\"none\"")) + "." + Encode(_payload) + ".";
        Assert.That(Jws.TryParse(unsigned), Is.Null);
    }

    [Test]
    public void A_record_authenticated_with_the_public_key_as_a_shared_secret_is_refused()
    {
        foreach (var secret in (byte[][])[_key.Public.Encoded, Encoding.ASCII.GetBytes(_key.Public.Thumbprint)])
        {
            foreach (var alg in (string[])["\"HS256\"", "\"ES256\""])
            {
                var signed = Encode(Header(alg)) + "." + Encode(_payload);
                var mac = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed));
                Assert.Multiple(() =>
                {
                    Assert.That(Accepts(signed + "." + Base64Url.EncodeToString(mac)), Is.False);
                    Assert.That(Accepts(signed + "." + Base64Url.EncodeToString([.. mac, .. mac])), Is.False);
                });
            }
        }
    }

    [TestCase("null", "\"T\"", "\"K\"")]
    [TestCase("\"ES256\"", "null", "\"K\"")]
    [TestCase("\"ES256\"", "\"T\"", "null")]
    [TestCase("[\"ES256\"]", "\"T\"", "\"K\"")]
    [TestCase("\"ES256\"", "1", "\"K\"")]
    [TestCase("\"ES256\"", "\"T\"", "{}")]
    public void A_member_that_is_not_a_text_refuses_the_record(string alg, string typ, string kid) =>
        Assert.That(Jws.TryParse(RawJws.Sign(
            Header(alg, typ.Replace("T", Type, StringComparison.Ordinal), kid.Replace("K", _key.Public.Thumbprint, StringComparison.Ordinal)),
            _payload, _key)), Is.Null);

    [TestCase("""{"typ":"T","kid":"K"}""")]
    [TestCase("""{"alg":"ES256","kid":"K"}""")]
    [TestCase("""{"alg":"ES256","typ":"T"}""")]
    [TestCase("""{"Alg":"ES256","typ":"T","kid":"K"}""")]
    [TestCase("""{"alg":"ES256","typ":"T","kid":"K",}""")]
    [TestCase("""{"alg":"ES256","typ":"T","kid":"K"}{}""")]
    [TestCase("""{"alg":"ES256","typ":"T","kid":"K"}//""")]
    [TestCase("""[{"alg":"ES256","typ":"T","kid":"K"}]""")]
    [TestCase("\"ES256\"")]
    [TestCase("null")]
    [TestCase("{")]
    [TestCase(" ")]
    public void A_header_that_is_not_exactly_the_three_members_refuses_the_record(string header) =>
        Assert.That(Jws.TryParse(RawJws.Sign(
            header.Replace("T", Type, StringComparison.Ordinal).Replace("K", _key.Public.Thumbprint, StringComparison.Ordinal),
            _payload, _key)), Is.Null);

    [TestCase("JWT")]
    [TestCase(RecordTypes.Credential)]
    [TestCase("application/" + RecordTypes.Refusal)]
    [TestCase("E2EKAFKA-REFUSAL+JWS")]
    [TestCase(RecordTypes.Refusal + " ")]
    [TestCase("")]
    public void Another_type_is_not_verified(string type) =>
        Assert.That(Accepts(RawJws.Sign(Header(typ: $"\"{type}\""), _payload, _key)), Is.False);

    [Test]
    public void A_key_id_that_is_not_the_thumbprint_of_the_signing_key_is_not_verified()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Accepts(RawJws.Sign(Header(kid: $"\"{_other.Public.Thumbprint}\""), _payload, _key)), Is.False, "names another key");
            Assert.That(Accepts(RawJws.Sign(Header(kid: "\"\""), _payload, _key)), Is.False, "names none");
            Assert.That(Accepts(RawJws.Sign(RawJws.Header(Type, _key), _payload, _other)), Is.False, "names ours, signed by another");
            Assert.That(Accepts(RawJws.Sign(RawJws.Header(Type, _other), _payload, _other)), Is.False, "another key altogether");
        });
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("PROJECT/")]
    [TestCase("PROJECT ")]
    [TestCase(" PROJECT")]
    [TestCase("project")]
    public void Another_audience_is_not_verified(string audience)
    {
        var payload = _payload.Replace(
            $"\"{_project}\"",
            $"\"{audience.Replace("PROJECT", _project, StringComparison.Ordinal).Replace("project", _project.ToLowerInvariant(), StringComparison.Ordinal)}\"",
            StringComparison.Ordinal);
        Assert.That(Accepts(RawJws.Sign(RawJws.Header(Type, _key), payload, _key)), Is.False);
    }

    [Test]
    public void The_longest_type_is_64_characters_and_one_more_is_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(JwsHeader.TryRead(Encoding.ASCII.GetBytes(Header(typ: $"\"{new string('t', 64)}\""))), Is.EqualTo(new JwsHeader(new string('t', 64), _key.Public.Thumbprint)));
            Assert.That(Jws.TryParse(RawJws.Sign(Header(typ: $"\"{new string('t', 64)}\""), _payload, _key)), Is.Not.Null);
            Assert.That(Jws.TryParse(RawJws.Sign(Header(typ: $"\"{new string('t', 65)}\""), _payload, _key)), Is.Null);
            Assert.That(Jws.TryParse(RawJws.Sign(Header(typ: "\"t\""), _payload, _key)), Is.Not.Null);
            Assert.That(Jws.TryParse(RawJws.Sign(Header(typ: "\"\""), _payload, _key)), Is.Null);
        });
    }

    [Test]
    public void A_header_too_long_is_refused_before_it_is_decoded()
    {
        var record = Encoding.ASCII.GetBytes(RawJws.Sign(new string(' ', 100_000), _payload, _key));
        Assert.That(Jws.TryParse(record), Is.Null);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Jws.TryParse(record) is null;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(refused);
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void Any_one_byte_of_the_header_counts()
    {
        var header = Encoding.ASCII.GetBytes(Header());
        var type = "{\"alg\":\"ES256\",\"typ\":\"".Length..("{\"alg\":\"ES256\",\"typ\":\"".Length + Type.Length);
        Assert.That(JwsHeader.TryRead(header), Is.EqualTo(new JwsHeader(Type, _key.Public.Thumbprint)));
        for (var at = 0; at < header.Length; at++)
        {
            var isOfType = at >= type.Start.Value && at < type.End.Value;
            Assert.That(With(at, (byte)'!'), isOfType ? Is.Not.Null : Is.Null, $"byte {at}");
            foreach (var wrong in (byte[])[(byte)'"', (byte)'\\', 0x1F, 0x7F, 0x80, 0xFF])
            {
                if (header[at] != wrong)
                    Assert.That(With(at, wrong), Is.Null, $"byte {at}, {wrong}");
            }
        }

        JwsHeader? With(int at, byte value)
        {
            byte[] changed = [.. header];
            changed[at] = value;
            return JwsHeader.TryRead(changed);
        }
    }

    [TestCase("""{"a":{"aud":"other"},"aud":"P"}""", true)]
    [TestCase("""{"a":[{"aud":"P"}],"aud":"other"}""", false)]
    [TestCase("""{"a":{"aud":"P"}}""", false)]
    [TestCase("""{"a":"aud","b":"P"}""", false)]
    [TestCase("""["aud","P"]""", false)]
    [TestCase("""{"aud":1}""", false)]
    [TestCase("""{"aud":null}""", false)]
    [TestCase("""{"aud":["P"]}""", false)]
    [TestCase("""{"aud":"\u0041"}""", false)]
    [TestCase("""{"aud":""", false)]
    [TestCase("""{"aud":"P""", false)]
    [TestCase("{}", false)]
    [TestCase("aud", false)]
    public void The_audience_is_the_first_member_of_that_name_at_the_top_as_it_stands(string payload, bool isVerified)
    {
        // Without reading the payload first, which refuses most of these too.
        var project = payload.Contains("u0041", StringComparison.Ordinal) ? "A" : _project;
        var jws = Jws.TryParse(RawJws.Sign(RawJws.Header(Type, _key), payload.Replace("P", project, StringComparison.Ordinal), _key))!;
        Assert.That(jws.Verify(Type, project, _key.Public), Is.EqualTo(isVerified));
    }

    private bool Accepts(string record) =>
        Jws.TryParse(record) is { } jws &&
        jws.ReadUnverified(RecordJson.Default.RefusalClaims) is not null &&
        jws.Verify(Type, _project, _key.Public);

    private string Header(string alg = "\"ES256\"", string typ = $"\"{Type}\"", string? kid = null) =>
        $$"""{"alg":{{alg}},"typ":{{typ}},"kid":{{kid ?? $"\"{_key.Public.Thumbprint}\""}}}""";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
