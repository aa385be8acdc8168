using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class CredentialTests
{
    private TestProject _project = null!;
    private TestMember _member = null!;

    [OneTimeSetUp]
    public void MakeProject()
    {
        _project = new TestProject();
        _member = _project.Join(("role", "shop"));
    }

    [OneTimeTearDown]
    public void DisposeProject() => _project.Dispose();

    [Test]
    public void A_credential_says_whose_key_it_is_until_when_and_under_which_document()
    {
        var credential = _member.Credential;
        Assert.Multiple(() =>
        {
            Assert.That(credential.Subject, Is.EqualTo(_member.Identifier));
            Assert.That(credential.Key.Thumbprint, Is.EqualTo(_member.Key.Public.Thumbprint));
            Assert.That(credential.IssuedAt, Is.EqualTo(TestProject.Start));
            Assert.That(credential.ExpiresAt, Is.EqualTo(TestProject.Start + TestProject.CredentialLifetime));
            Assert.That(credential.Attributes, Is.EquivalentTo(new Dictionary<string, string> { ["role"] = "shop" }));
            Assert.That(credential.Claims.Document, Is.EqualTo(_project.Document.Reference));
            Assert.That(credential.Claims.Serial, Is.EqualTo(TestProject.Start.ToUnixTimeSeconds()), "no lower than the time");
        });
    }

    [Test]
    public void It_is_valid_from_its_beginning_less_the_clocks_skew_until_its_end()
    {
        var credential = _member.Credential;
        Assert.Multiple(() =>
        {
            Assert.That(credential.IsValidAt(credential.IssuedAt - RecordClock.Skew));
            Assert.That(credential.IsValidAt(credential.IssuedAt - RecordClock.Skew - TimeSpan.FromTicks(1)), Is.False);
            Assert.That(credential.IsValidAt(credential.ExpiresAt - TimeSpan.FromTicks(1)));
            Assert.That(credential.IsValidAt(credential.ExpiresAt), Is.False);
        });
    }

    [Test]
    public void Only_the_authority_of_this_project_can_issue_one()
    {
        using var other = new TestProject();
        var claims = _member.Credential.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(Verify(claims, _project.AuthorityKey), Is.True, "else the rest proves nothing");
            Assert.That(Verify(claims, _member.Key), Is.False, "the member itself");
            Assert.That(Verify(claims, other.AuthorityKey), Is.False, "another authority");
            Assert.That(Credential.TryVerify(TestProject.Parse(other.Join().Credential.Text), _project.Document), Is.Null, "of another project");
            Assert.That(Verify(claims with { Iss = other.Document.Authority }, _project.AuthorityKey), Is.False, "in another's name");
            Assert.That(Verify(claims with { Aud = other.Document.Id }, _project.AuthorityKey), Is.False, "for another project");
            Assert.That(Verify(claims with { Aud = claims.Aud + "/" }, _project.AuthorityKey), Is.False, "for almost this project");
            Assert.That(Verify(claims, _project.AuthorityKey, RecordTypes.Refusal), Is.False, "of another type");
            Assert.That(Verify(claims, _project.AuthorityKey, "JWT"), Is.False, "of no type");
        });
    }

    [TestCaseSource(nameof(MalformedClaims))]
    public void Even_from_the_authority_it_must_make_sense(string what, object change) => Assert.That(
        Verify(((Func<CredentialClaims, CredentialClaims>)change)(_member.Credential.Claims), _project.AuthorityKey), Is.False, what);

    [Test]
    public void The_longest_lifetime_is_31_days()
    {
        var claims = _member.Credential.Claims;
        var longest = claims.Iat + (31L * 24 * 60 * 60);
        Assert.Multiple(() =>
        {
            Assert.That(Verify(claims with { Exp = longest }, _project.AuthorityKey));
            Assert.That(Verify(claims with { Exp = longest + 1 }, _project.AuthorityKey), Is.False);
        });
    }

    [Test]
    public void Its_numbers_are_taken_up_to_their_bounds()
    {
        var claims = _member.Credential.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(Verify(claims with { Serial = 1 }, _project.AuthorityKey));
            Assert.That(Verify(claims with { Serial = (1L << 53) - 1 }, _project.AuthorityKey));
            Assert.That(Verify(claims with { Serial = 1L << 53 }, _project.AuthorityKey), Is.False);
            Assert.That(Verify(claims with { EnrolledAt = 0 }, _project.AuthorityKey));
            Assert.That(Verify(claims with { EnrolledAt = claims.Iat }, _project.AuthorityKey));
            Assert.That(Verify(claims with { Document = claims.Document with { Version = 1 } }, _project.AuthorityKey));
            Assert.That(Verify(claims with { Iat = 253_370_764_798, Exp = 253_370_764_799 }, _project.AuthorityKey), "the last time there is");
        });
    }

    [Test]
    public void The_higher_serial_of_two_is_newer_and_neither_of_equals()
    {
        var (older, newer) = (Reissued(claims => claims), Reissued(claims => claims with { Serial = claims.Serial + 1 }));
        Assert.Multiple(() =>
        {
            Assert.That(newer.IsNewerThan(older));
            Assert.That(older.IsNewerThan(newer), Is.False);
            Assert.That(older.IsNewerThan(older), Is.False);
        });
    }

    [Test]
    public void It_narrows_an_older_one_of_another_key_or_with_an_attribute_that_it_lacks()
    {
        using var next = SigningKey.Generate();
        var older = Reissued(claims => claims);
        Assert.Multiple(() =>
        {
            Assert.That(Reissued(claims => claims).Narrows(older), Is.False, "the same");
            Assert.That(Reissued(claims => claims with { Cnf = new ConfirmationKey(next.Public.Jwk) }).Narrows(older), "another key");
            Assert.That(With(("role", "till")).Narrows(older), "another value");
            Assert.That(With().Narrows(older), "no value");
            Assert.That(With(("role", "shop"), ("region", "eu")).Narrows(older), Is.False, "one more");
            Assert.That(older.Narrows(With(("role", "shop"), ("region", "eu"))), "one less");
        });

        Credential With(params (string Name, string Value)[] attributes) =>
            Reissued(claims => claims with { Attributes = attributes.ToDictionary(pair => pair.Name, pair => pair.Value) });
    }

    [Test]
    public void It_is_shown_by_serial_and_member() =>
        Assert.That(_member.Credential.ToString(), Is.EqualTo($"credential {TestProject.Start.ToUnixTimeSeconds()} of {_member.Identifier}"));

    [Test]
    public void Names_and_values_of_attributes_have_at_most_4096_characters_together()
    {
        var attributes = Enumerable.Range(0, 8).Select(i => ($"{i}{new string('a', 255)}", new string('b', 256))).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(attributes.Sum(pair => pair.Item1.Length + pair.Item2.Length), Is.EqualTo(4_096));
            Assert.That(_project.Join(attributes).Credential.Attributes, Has.Count.EqualTo(8));
            Assert.That(() => _project.Ticket(attributes: [.. attributes, ("a", "b")]), Throws.ArgumentException.With.Message.Contains("4096"));
        });
    }

    [TestCase("", "b")]
    [TestCase("a", "")]
    [TestCase("a", null)]
    public void Attributes_are_texts_of_some_length(string name, string? value) =>
        Assert.That(
            Credential.ProblemOf(new Dictionary<string, string> { [name] = value! }), Is.EqualTo("Names and values of attributes have 1 to 256 characters."));

    [TestCase("a", "b\n", "value of attribute 'a' has the character U+000A at position 2")]
    [TestCase("a", "\u007f", "U+007F at position 1")]
    [TestCase("a", "caf\u00e9", "U+00E9 at position 4")]
    [TestCase("a", "\"", "U+0022")]
    [TestCase("a", "\\", "U+005C")]
    [TestCase("a\n", "b\n", "attribute's name has the character U+000A")] // the name is said first
    [TestCase("a\u0085", "b", "attribute's name has the character U+0085 at position 2")]
    public void Attributes_are_printable_ASCII_without_quotation_mark_and_backslash(string name, string value, string says)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Credential.ProblemOf(new Dictionary<string, string> { [name] = value }), Does.Contain(says).And.Contain("printable ASCII"));
            Assert.That(() => _project.Ticket(attributes: (name, value)), Throws.ArgumentException.With.Message.Contains(says));
        });
    }

    [Test]
    public void Every_other_character_can_be_in_an_attribute()
    {
        var all = string.Concat(Enumerable.Range(' ', 95).Select(code => (char)code).Where(c => c is not ('"' or '\\')));
        Assert.That(_project.Join((all, all)).Credential.Attributes[all], Is.EqualTo(all));
    }

    [Test]
    public void Attributes_have_a_greatest_number_and_length()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Credential.ProblemOf(Many(64)), Is.Null);
            Assert.That(Credential.ProblemOf(Many(65)), Is.EqualTo("A member has at most 64 attributes."));
            Assert.That(Credential.ProblemOf(new Dictionary<string, string> { [new string('a', 256)] = new string('b', 256) }), Is.Null);
            Assert.That(Credential.ProblemOf(new Dictionary<string, string> { [new string('a', 257)] = "b" }), Is.Not.Null);
            Assert.That(Credential.ProblemOf(new Dictionary<string, string> { ["a"] = new string('b', 257) }), Is.Not.Null);
        });

        static Dictionary<string, string> Many(int count) => Enumerable.Range(0, count).ToDictionary(i => $"a{i}", _ => "b");
    }

    private static IEnumerable<TestCaseData> MalformedClaims()
    {
        yield return Of("ends as it begins", claims => claims with { Exp = claims.Iat });
        yield return Of("ends before it begins", claims => claims with { Exp = claims.Iat - 1 });
        yield return Of("begins before 1970", claims => claims with { Iat = -1, EnrolledAt = -1 });
        yield return Of("ends beyond the calendar", claims => claims with { Iat = 253_402_300_000, Exp = 253_402_300_800 });
        yield return Of("enrolled after it was issued", claims => claims with { EnrolledAt = claims.Iat + 1 });
        yield return Of("enrolled before 1970", claims => claims with { EnrolledAt = -1 });
        yield return Of("serial 0", claims => claims with { Serial = 0 });
        yield return Of("a serial below", claims => claims with { Serial = -1 });
        yield return Of("ends one second beyond the last time", claims => claims with { Iat = 253_370_764_799, Exp = 253_370_764_800 });
        yield return Of("document version 0", claims => claims with { Document = claims.Document with { Version = 0 } });
        yield return Of("a document's hash that is none", claims => claims with { Document = claims.Document with { Hash = "hash" } });
        yield return Of("a ticket's hash that is none", claims => claims with { Ticket = "ticket" });
        yield return Of("a request's hash that is none", claims => claims with { Request = "request" });
        yield return Of("a subject that is no identifier", claims => claims with { Sub = "shop" });
        yield return Of("a key off the curve", claims => claims with { Cnf = new ConfirmationKey(claims.Cnf.Jwk with { Y = claims.Cnf.Jwk.X }) });
        yield return Of("a key of another kind", claims => claims with { Cnf = new ConfirmationKey(claims.Cnf.Jwk with { Crv = "P-384" }) });
        yield return Of("an empty attribute", claims => claims with { Attributes = new Dictionary<string, string> { ["role"] = "" } });

        static TestCaseData Of(string what, Func<CredentialClaims, CredentialClaims> change) => new TestCaseData(what, change).SetArgDisplayNames(what);
    }

    private Credential Reissued(Func<CredentialClaims, CredentialClaims> change) =>
        Credential.TryVerify(TestProject.Parse(_project.Reissue(_member, change)), _project.Document)!;

    private bool Verify(CredentialClaims claims, SigningKey signer, string type = RecordTypes.Credential) =>
        Credential.TryVerify(RawJws.Sign(type, claims, RecordJson.Default.CredentialClaims, signer), _project.Document) is not null;
}
