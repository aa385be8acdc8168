using System.Text;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Rule 13: one exact JSON form. Each refused text differs from an accepted one in one thing.</summary>
public sealed class ExactFormTests
{
    private const string Refusal = """{"iss":"a","aud":"p","sub":"b","iat":1,"request":"c","reason":"revoked"}""";

    private const string Requirements = """{"produce":[],"consume":[],"topics":[{"topic":"a"}]}""";

    [Test]
    public void The_exact_form_is_accepted() => AssertAccepted(Refusal);

    [TestCase("{\"iss\"", "{ \"iss\"", TestName = "A space")]
    [TestCase("\"iat\":1", "\"iat\": 1", TestName = "A space behind a colon")]
    [TestCase("1,", "1\t,", TestName = "A tab")]
    [TestCase("{\"iss\"", "\n{\"iss\"", TestName = "A line break in front")]
    [TestCase("\"revoked\"}", "\"revoked\"}\r\n", TestName = "A line break behind")]
    [TestCase("\"iss\":\"a\",\"aud\":\"p\"", "\"aud\":\"p\",\"iss\":\"a\"", TestName = "Two members in another order")]
    [TestCase("\"sub\":\"b\"", "\"sub\":null", TestName = "A null")]
    [TestCase(",\"reason\"", ",\"x\":null,\"reason\"", TestName = "A null of an unknown member")]
    [TestCase(",\"reason\"", ",\"x\":1,\"reason\"", TestName = "An unknown member")]
    [TestCase(",\"sub\":\"b\"", "", TestName = "A missing member")]
    [TestCase("\"sub\":\"b\"", "\"sub\":\"b\",\"sub\":\"b\"", TestName = "A member twice")]
    [TestCase("\"sub\":\"b\"", "\"Sub\":\"b\"", TestName = "A name in another case")]
    [TestCase("\"b\"", "\"\\u0062\"", TestName = "An escape of a plain character")]
    [TestCase("\"b\"", "\"\\/\"", TestName = "An escaped slash")]
    [TestCase("\"b\"", "\"\\\"\"", TestName = "An escaped quotation mark")]
    [TestCase("\"b\"", "\"\\\\\"", TestName = "An escaped backslash")]
    [TestCase("\"sub\"", "\"\\u0073ub\"", TestName = "An escape in a name")]
    [TestCase("\"b\"", "\"\u00e9\"", TestName = "A letter beyond ASCII")]
    [TestCase("\"b\"", "\"\u007f\"", TestName = "A delete character")]
    [TestCase("\"b\"", "\"\u001f\"", TestName = "A control character")]
    [TestCase("\"b\"", "\"\0\"", TestName = "A zero byte")]
    [TestCase("\"iat\":1", "\"iat\":1.0", TestName = "A whole fraction")]
    [TestCase("\"iat\":1", "\"iat\":1e3", TestName = "An exponent")]
    [TestCase("\"iat\":1", "\"iat\":1E0", TestName = "An exponent of zero")]
    [TestCase("\"iat\":1", "\"iat\":-1", TestName = "A negative number")]
    [TestCase("\"iat\":1", "\"iat\":-0", TestName = "A negative zero")]
    [TestCase("\"iat\":1", "\"iat\":+1", TestName = "A plus sign")]
    [TestCase("\"iat\":1", "\"iat\":01", TestName = "A leading zero")]
    [TestCase("\"iat\":1", "\"iat\":00", TestName = "Two zeros")]
    [TestCase("\"iat\":1", "\"iat\":9007199254740992", TestName = "2 to the power of 53")]
    [TestCase("\"iat\":1", "\"iat\":18446744073709551617", TestName = "2 to the power of 64, plus 1")]
    [TestCase("\"iat\":1", "\"iat\":\"1\"", TestName = "A number as a string")]
    [TestCase("\"revoked\"}", "\"revoked\"}{}", TestName = "A second object behind")]
    [TestCase("\"revoked\"}", "\"revoked\"}\0", TestName = "A zero byte behind")]
    [TestCase("\"revoked\"}", "\"revoked\",}", TestName = "A trailing comma")]
    [TestCase("\"revoked\"}", "\"revoked\"}//", TestName = "A comment behind")]
    [TestCase("{\"iss\"", "/**/{\"iss\"", TestName = "A comment in front")]
    [TestCase("{\"iss\"", "\uFEFF{\"iss\"", TestName = "A byte order mark")]
    [TestCase("\"revoked\"", "\"Revoked\"", TestName = "An enumeration in another case")]
    [TestCase("\"revoked\"", "0", TestName = "An enumeration as a number")]
    public void Any_other_spelling_is_refused(string part, string other)
    {
        Assert.That(Refusal, Does.Contain(part));
        AssertRefused(Refusal.Replace(part, other, StringComparison.Ordinal));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("\"")]
    [TestCase("null")]
    [TestCase("true")]
    [TestCase("1")]
    [TestCase("[]")]
    public void What_is_no_object_is_refused(string json) => AssertRefused(json);

    [TestCase("0")]
    [TestCase("9007199254740991")]
    public void The_ends_of_the_range_of_integers_are_accepted(string number) =>
        AssertAccepted(Refusal.Replace("1", number, StringComparison.Ordinal));

    [TestCase("<>&'+`/ ~")]
    [TestCase("")]
    public void Strings_hold_all_other_characters_as_they_are(string text) =>
        AssertAccepted(Refusal.Replace("\"b\"", $"\"{text}\"", StringComparison.Ordinal));

    [TestCase("""{"a":"1","b":"2"}""", true)]
    [TestCase("""{"B":"1","a":"2"}""", true)] // by code, not by alphabet
    [TestCase("""{"a":"1","ab":"2"}""", true)]
    [TestCase("{}", true)]
    [TestCase("""{"b":"2","a":"1"}""", false)]
    [TestCase("""{"a":"2","B":"1"}""", false)]
    [TestCase("""{"a":"1","a":"1"}""", false)]
    [TestCase("""{"a":"1","a":"2"}""", false)]
    [TestCase("""{"a":null}""", false)]
    public void A_map_is_sorted_and_names_each_member_once(string attributes, bool accepted)
    {
        const string Jwk = """{"kty":"EC","crv":"P-256","x":"x","y":"y"}""";
        var credential = $$"""
            {"iss":"a","aud":"p","sub":"b","iat":1,"exp":2,"enrolledAt":1,"serial":1,"cnf":{"jwk":{{Jwk}}},"attributes":{{attributes}},"document":{"version":1,"hash":"h"},"ticket":"t","request":"r"}
            """;
        Assert.That(Reads(credential, RecordJson.Default.CredentialClaims), Is.EqualTo(accepted));

        var policy = $$"""{"produce":[{"topics":["*"],"attributes":{{attributes}}}],"consume":[]}"""
            .Replace("\"1\"", "[\"1\"]", StringComparison.Ordinal).Replace("\"2\"", "[\"2\"]", StringComparison.Ordinal);
        Assert.That(Reads(policy, RecordJson.Default.Policy), Is.EqualTo(accepted && attributes != "{}"));
    }

    [TestCase("""{"topic":"a"}""", """{"topic":"a","authentication":"signature"}""")]
    [TestCase("""{"topic":"a","authentication":"shared"}""", """{"topic":"a","authentication":"shared","history":"all"}""")]
    [TestCase("""{"topic":"a","allowBareTombstones":true}""", """{"topic":"a","allowBareTombstones":false}""")]
    [TestCase("""{"topic":"a","plaintextUntil":1}""", """{"topic":"a","plaintextUntil":null}""")]
    [TestCase("""{"topic":"a","plaintextUntil":0}""", """{"topic":"a","plaintextUntil":"1970-01-01T00:00:00Z"}""")]
    [TestCase("""{"topic":"a","plaintextUntil":253402300799}""", """{"topic":"a","plaintextUntil":253402300800}""")]
    [TestCase("""{"topic":"a","archiveReaders":["r"]}""", """{"topic":"a","archiveReaders":[]}""")]
    [TestCase("""{"topic":"a","keyRetentionSeconds":0}""", """{"topic":"a","keyRetentionSeconds":604800}""")]
    [TestCase("""{"topic":"a","keyRetentionSeconds":604801}""", """{"topic":"a","keyRetentionSeconds":null}""")]
    public void What_absence_says_is_not_written(string accepted, string refused)
    {
        Assert.That(Reads(Requirements.Replace("""{"topic":"a"}""", accepted, StringComparison.Ordinal), RecordJson.Default.Policy), Is.True, accepted);
        Assert.That(Reads(Requirements.Replace("""{"topic":"a"}""", refused, StringComparison.Ordinal), RecordJson.Default.Policy), Is.False, refused);
    }

    [Test]
    public void An_optional_list_map_or_member_of_a_claim_that_says_nothing_is_left_out()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Reads("""{"produce":[],"consume":[]}""", RecordJson.Default.Policy), Is.True);
            Assert.That(Reads("""{"produce":[],"consume":[],"topics":[]}""", RecordJson.Default.Policy), Is.False);
            Assert.That(Reads("""{"produce":[{"topics":["a"]}],"consume":[]}""", RecordJson.Default.Policy), Is.True);
            Assert.That(Reads("""{"produce":[{"topics":["a"],"attributes":{}}],"consume":[]}""", RecordJson.Default.Policy), Is.False);
            Assert.That(Reads("{}", RecordJson.Default.AuthorityRequestBody), Is.True);
            Assert.That(Reads("""{"ticket":null}""", RecordJson.Default.AuthorityRequestBody), Is.False);
        });
    }

    [Test]
    public void A_writer_refuses_what_readers_refuse()
    {
        using var key = SigningKey.Generate();
        var claims = new RefusalClaims("a", "p", "b", 1, "c", FailureReason.Revoked);
        foreach (var wrong in (RefusalClaims[])[claims with { Iat = -1 }, claims with { Iat = 1L << 53 }, claims with { Sub = "\u00e9" }, claims with { Sub = "\"" }])
        {
            Assert.That(
                () => Jws.Sign(RecordTypes.Refusal, key, wrong, RecordJson.Default.RefusalClaims),
                Throws.InvalidOperationException.With.Message.Contains(RecordTypes.Refusal).And.Message.Contains("2^53-1"));
        }
    }

    [Test]
    public void A_ticket_has_the_exact_form_too()
    {
        using var project = new TestProject();
        var text = project.Ticket().Encode();
        const string Prefix = "e2ekafka-ticket-";
        var json = Encoding.ASCII.GetString(Base64UrlBytes.TryDecode(text[Prefix.Length..])!);
        Assert.That(() => EnrollmentTicket.Parse(Prefix + System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(json))), Throws.Nothing);
        Assert.That(
            () => EnrollmentTicket.Parse(Prefix + System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(json + " "))),
            Refused.With(FailureReason.TicketMalformed));
    }

    [TestCase("\"\"", true)]
    [TestCase("\"abc\"", true)]
    [TestCase("\"null -1 1.5\"", true)]
    [TestCase("\"abc\"null", false)]
    [TestCase("null\"abc\"", false)]
    [TestCase("\"abc", false)]
    [TestCase("\"abc\"\"", false)]
    [TestCase("", true)]
    [TestCase("{}[]:,", true)]
    [TestCase("true", true)]
    [TestCase("false", true)]
    [TestCase("tru", false)]
    [TestCase("fals", false)]
    [TestCase("trux", false)]
    [TestCase("t", false)]
    [TestCase("f", false)]
    [TestCase("True", false)]
    [TestCase("n", false)]
    [TestCase("0", true)]
    [TestCase("0,0", true)]
    [TestCase("10,9", true)]
    [TestCase("00", false)]
    [TestCase("01", false)]
    [TestCase("9007199254740991", true)]
    [TestCase("9007199254740992", false)]
    [TestCase("9999999999999999", false)]
    [TestCase("10000000000000000", false)]
    [TestCase("9223372036854775808", false)]
    [TestCase("99999999999999999999999999999999999999999", false)]
    [TestCase("/", false)]
    [TestCase("-", false)]
    public void The_bytes_alone_tell(string json, bool isExact) => Assert.That(ExactForm.IsMetBy(Encoding.ASCII.GetBytes(json)), Is.EqualTo(isExact));

    [Test]
    public void A_text_has_the_95_printable_characters_without_quotation_mark_and_backslash()
    {
        for (var value = 0; value < 256; value++)
        {
            var isText = value is >= 0x20 and <= 0x7E and not '"' and not '\\';
            Assert.That(ExactForm.IsText([(byte)'a', (byte)value]), Is.EqualTo(isText), $"{value}");
            Assert.That(ExactForm.IsMetBy([(byte)'"', (byte)value, (byte)'"']), Is.EqualTo(isText), $"{value}");
        }

        Assert.That(ExactForm.IsText([]));
    }

    private static bool Reads<T>(string json, JsonTypeInfo<T> type)
        where T : class => ExactJson.TryRead(Encoding.UTF8.GetBytes(json), type) is not null;

    private static void AssertAccepted(string json)
    {
        Assert.That(Reads(json, RecordJson.Default.RefusalClaims), Is.True, json);
        Assert.That(IsRecord(json), Is.True, json);
    }

    private static void AssertRefused(string json)
    {
        Assert.That(Reads(json, RecordJson.Default.RefusalClaims), Is.False, json);
        Assert.That(IsRecord(json), Is.False, json);
    }

    /// <summary>The same in a signed record: what its form refuses, no signature makes up for.</summary>
    private static bool IsRecord(string json)
    {
        using var key = SigningKey.Generate();
        return Jws.TryParse(RawJws.Sign(RawJws.Header(RecordTypes.Refusal, key), json, key)) is { } jws &&
            jws.ReadUnverified(RecordJson.Default.RefusalClaims) is not null &&
            jws.Verify(RecordTypes.Refusal, "p", key.Public);
    }
}
