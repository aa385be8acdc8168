using System.Text.Json.Nodes;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class ProjectDocumentTests
{
    private TestProject _project = null!;

    [SetUp]
    public void MakeProject() => _project = new TestProject("Orders & <Co.> '1+1'");

    [TearDown]
    public void DisposeProject() => _project.Dispose();

    [TestCase("")]
    [TestCase(" \r\n")]
    [TestCase("\uFEFF")]
    public void An_empty_file_is_said_to_be_empty(string content) =>
        Assert.That(() => ProjectDocument.Parse(content), Refused.With(FailureReason.ProjectInvalid, "is empty").And.Message.Contains("owner"));

    [Test]
    public void A_byte_order_mark_is_no_part_of_the_document() =>
        Assert.That(ProjectDocument.Parse("\uFEFF" + _project.Document.ToJson()).Id, Is.EqualTo(_project.Document.Id));

    [Test]
    public void A_project_file_survives_being_written_and_read()
    {
        _project.Authority.Revoke(_project.Join().Identifier, RevocationKind.Departed);
        var json = _project.Document.ToJson();
        var read = ProjectDocument.Parse(json);
        Assert.Multiple(() =>
        {
            Assert.That(json.Split('\n'), Has.Length.GreaterThan(4), "a person can read it");
            Assert.That(read.Id, Is.EqualTo(_project.Document.Id).And.Length.EqualTo(43));
            Assert.That(read.Name, Is.EqualTo("Orders & <Co.> '1+1'"));
            Assert.That(read.Authority, Is.EqualTo(_project.AuthorityKey.Public.Thumbprint));
            Assert.That(read.Version, Is.EqualTo(TestProject.Start.ToUnixTimeSeconds() + 1));
            Assert.That(read.Reference, Is.EqualTo(_project.Document.Reference));
            Assert.That(read.Policy.MayProduce("orders", new Dictionary<string, string>()));
            Assert.That(read.ToJson(), Is.EqualTo(json));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_project_is_for_development_from_its_first_version_to_its_last(bool isDevelopment)
    {
        using var project = new TestProject(isDevelopment: isDevelopment);
        var other = ProjectDocument.Sign(
            project.Document.Claims with { Version = project.Document.Version + 1, Development = !isDevelopment }, project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(ProjectDocument.Parse(project.Document.ToJson()).IsDevelopment, Is.EqualTo(isDevelopment));
            Assert.That(ProjectDocument.TryVerify(TestProject.Parse(other.Record), project.Document), Is.Null);
        });
    }

    [Test]
    public void Two_projects_of_one_authority_would_have_two_ids()
    {
        var claims = ProjectDocument.FirstClaims(
            "again", _project.AuthorityKey.Public, _project.Document.AuthoritySealingKey, _project.Document.Control, _project.Now);
        Assert.That(ProjectDocument.Sign(claims, _project.AuthorityKey).Id, Is.Not.EqualTo(_project.Document.Id));
    }

    [TestCase("project")]
    [TestCase("name")]
    [TestCase("authority")]
    public void A_file_whose_readable_part_was_edited_is_refused(string member)
    {
        using var other = new TestProject();
        var file = JsonNode.Parse(_project.Document.ToJson())!;
        file[member] = member switch { "project" => other.Document.Id, "name" => "Other", _ => other.Document.Authority };
        Assert.That(() => ProjectDocument.Parse(file.ToJsonString()), Refused.With(FailureReason.ProjectInvalid, "it was edited"));
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("not JSON")]
    [TestCase("""{"project":null,"name":null,"authority":null,"document":null}""")]
    public void A_file_that_is_not_a_project_file_is_refused(string json) =>
        Assert.That(() => ProjectDocument.Parse(json), Refused.With(FailureReason.ProjectInvalid, "is not a project.json"));

    [Test]
    public void A_file_with_a_member_too_many_is_refused()
    {
        var file = JsonNode.Parse(_project.Document.ToJson())!;
        file["policy"] = "mine";
        Assert.That(() => ProjectDocument.Parse(file.ToJsonString()), Refused.With(FailureReason.ProjectInvalid, "is not a project.json"));
    }

    [Test]
    public void A_file_with_an_altered_document_is_refused()
    {
        var file = JsonNode.Parse(_project.Document.ToJson())!;
        var document = _project.Document.Record.Split('.');
        foreach (var altered in (string[])["", "x", $"{document[0]}.{document[1]}.{document[1][..86]}", _project.Join().Credential.Text])
        {
            file["document"] = altered;
            Assert.That(() => ProjectDocument.Parse(file.ToJsonString()), Refused.With(FailureReason.ProjectInvalid, "no document with a valid signature"));
        }
    }

    [Test]
    public void A_missing_file_is_said_with_its_path()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "nowhere", "project.json");
        Assert.That(() => ProjectDocument.Load(path), Refused.With(FailureReason.ProjectInvalid, path));
    }

    [Test]
    public void A_file_is_loaded_from_its_path()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, _project.Document.ToJson());
            Assert.That(ProjectDocument.Load(path).Id, Is.EqualTo(_project.Document.Id));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Another_authority_cannot_take_a_projects_id()
    {
        using var mallory = SigningKey.Generate();
        var claims = _project.Document.Claims;
        var malloryKeys = claims.Authority with { Signing = mallory.Public.Jwk };
        Assert.Multiple(() =>
        {
            AssertRefused(claims, mallory, "signed by another key");
            AssertRefused(claims with { Authority = malloryKeys }, mallory, "names its own key");
            AssertRefused(claims with { Authority = malloryKeys, Iss = mallory.Public.Thumbprint }, mallory, "names itself as authority");
            AssertRefused(claims with { Authority = malloryKeys }, _project.AuthorityKey, "names a key that its authority's identifier is not of");
        });

        void AssertRefused(ProjectClaims forged, SigningKey signer, string how) => Assert.That(
            ProjectDocument.TryVerify(RawJws.Sign(RecordTypes.Project, forged, RecordJson.Default.ProjectClaims, signer), current: null), Is.Null, how);
    }

    [Test]
    public void Another_authoritys_document_of_its_own_project_is_no_update_of_ours()
    {
        using var other = new TestProject();
        other.Authority.Revoke(other.Join().Identifier, RevocationKind.Departed);
        var jws = TestProject.Parse(other.Document.Record);
        Assert.Multiple(() =>
        {
            Assert.That(ProjectDocument.TryVerify(jws, current: null), Is.Not.Null, "it is a document");
            Assert.That(ProjectDocument.TryVerify(jws, _project.Document), Is.Null, "and not ours");
        });
    }

    [Test]
    public void An_id_that_is_not_the_hash_of_authority_and_salt_is_refused()
    {
        using var other = new TestProject();
        var claims = _project.Document.Claims;
        foreach (var forged in (ProjectClaims[])
            [
                claims with { Aud = other.Document.Id },
                claims with { Salt = other.Document.Claims.Salt },
                claims with { Salt = [.. claims.Salt, 0] },
                claims with { Salt = claims.Salt[1..] },
            ])
        {
            Assert.That(ProjectDocument.TryVerify(RawJws.Sign(RecordTypes.Project, forged, RecordJson.Default.ProjectClaims, _project.AuthorityKey), current: null), Is.Null);
        }
    }

    [TestCaseSource(nameof(MalformedClaims))]
    public void Even_the_authority_cannot_publish_what_makes_no_sense(string what, object change)
    {
        var claims = ((Func<ProjectClaims, ProjectClaims>)change)(_project.Document.Claims);
        Assert.Multiple(() =>
        {
            Assert.That(() => ProjectDocument.Sign(claims, _project.AuthorityKey), Refused.With(FailureReason.ProjectInvalid), what);
            Assert.That(
                ProjectDocument.TryVerify(RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, _project.AuthorityKey), _project.Document),
                Is.Null, what);
        });
    }

    [Test]
    public void A_name_that_no_record_can_have_is_refused_with_the_character()
    {
        using var vault = new MemoryVault();
        Assert.That(
            () => ProjectAuthority.Create(vault, _project.Clock, TestProject.CredentialLifetime, "Caf\u00e9", _project.Document.Control),
            Refused.With(FailureReason.ProjectInvalid, "The project's name has the character U+00E9 at position 4"));
    }

    [Test]
    public void A_policy_that_makes_no_sense_is_refused_with_its_problem_and_the_old_one_stays()
    {
        var before = _project.Document;
        var policy = new Policy { Produce = [new PolicyRule { Topics = ["or*ders"] }], Consume = [] };
        Assert.Multiple(() =>
        {
            Assert.That(() => _project.Authority.SetPolicy(policy), Refused.With(FailureReason.ProjectInvalid, "'or*ders'"));
            Assert.That(_project.Document, Is.SameAs(before));
        });
    }

    [Test]
    public void A_document_too_large_to_publish_is_refused_and_the_old_one_stays()
    {
        var before = _project.Document;
        var policy = new Policy
        {
            Produce = [new PolicyRule { Topics = [.. Enumerable.Range(0, 1_000).Select(i => $"{i:d200}")] }],
            Consume = [],
        };
        Assert.Multiple(() =>
        {
            Assert.That(() => _project.Authority.SetPolicy(policy), Refused.With(FailureReason.ProjectInvalid, "does not fit"));
            Assert.That(_project.Document, Is.SameAs(before));
        });
    }

    [Test]
    public void Every_change_is_one_version_more_and_no_change_is_none()
    {
        var first = _project.Document;
        var member = _project.Join().Identifier;
        var second = _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var third = _project.Authority.Revoke(member, RevocationKind.Departed);
        var again = _project.Authority.Revoke(member, RevocationKind.Departed);
        var fourth = _project.Authority.Revoke(member, RevocationKind.Compromised);
        var back = _project.Authority.Revoke(member, RevocationKind.Departed);
        Assert.Multiple(() =>
        {
            long[] versions = [first.Version, second.Version, third.Version, again.Version, fourth.Version, back.Version];
            Assert.That(versions.Select(version => version - first.Version), Is.EqualTo([0, 1, 2, 2, 3, 3]));
            Assert.That(back.RevocationOf(member)!.Kind, Is.EqualTo(RevocationKind.Compromised));
            Assert.That(third.Policy.MayProduce("orders", new Dictionary<string, string>()), Is.False, "a removal keeps the policy");
            Assert.That((string[])[second.Id, third.Id, fourth.Id], Is.All.EqualTo(first.Id));
        });
    }

    private static IEnumerable<TestCaseData> MalformedClaims()
    {
        yield return Of("no name", claims => claims with { Name = "" });
        yield return Of("a name too long", claims => claims with { Name = new string('a', 101) });
        yield return Of("a name with a line break", claims => claims with { Name = "a\nb" });
        yield return Of("a name with a letter beyond ASCII", claims => claims with { Name = "caf\u00e9" });
        yield return Of("a name with a quotation mark", claims => claims with { Name = "a\"b" });
        yield return Of("an algorithm twice", claims => claims with { Algorithms = [KeyAlgorithms.P256, KeyAlgorithms.P256] });
        yield return Of("version 0", claims => claims with { Version = 0 });
        yield return Of("no algorithm", claims => claims with { Algorithms = [] });
        yield return Of("time before 1970", claims => claims with { Iat = -1 });
        yield return Of("time beyond the calendar", claims => claims with { Iat = 253_402_300_800 });
        yield return Of("a prefix that is no topic name", claims => claims with { Control = claims.Control with { Prefix = "a b" } });
        yield return Of("a prefix that leaves no room", claims => claims with { Control = claims.Control with { Prefix = new string('a', 245) } });
        yield return Of("no partitions", claims => claims with { Control = claims.Control with { Partitions = 0 } });
        yield return Of("a record of removals twice", claims => claims with { Revocations = [claims.Aud, claims.Aud] });
        yield return Of("a record of removals that is no hash", claims => claims with { Revocations = ["a"] });
        yield return Of("too many records of removals", claims => claims with { Revocations = [.. Enumerable.Range(0, 1_001).Select(i => $"{i:d42}A")] });
        yield return Of("a narrowing twice", claims => claims with { Narrowings = [new Narrowing(claims.Aud, 1), new Narrowing(claims.Aud, 2)] });
        yield return Of("a narrowing of no identifier", claims => claims with { Narrowings = [new Narrowing("a", 1)] });
        yield return Of("a narrowing to serial 0", claims => claims with { Narrowings = [new Narrowing(claims.Aud, 0)] });
        yield return Of("too many narrowings", claims => claims with { Narrowings = [.. Enumerable.Range(0, 1_001).Select(i => new Narrowing($"{i:d42}A", 1))] });

        static TestCaseData Of(string what, Func<ProjectClaims, ProjectClaims> change) => new TestCaseData(what, change).SetArgDisplayNames(what);
    }
}
