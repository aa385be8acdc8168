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
        Assert.That(() => ProjectDocument.Parse(content), Refused.With(FailureReason.ProjectInvalid, "The project file is empty").And.Message.Contains("owner"));

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
    public void A_folder_in_place_of_the_file_is_said_with_its_path()
    {
        var path = TestContext.CurrentContext.WorkDirectory;
        Assert.That(() => ProjectDocument.Load(path), Refused.With(FailureReason.ProjectInvalid, $"The project file '{path}' is a folder."));
    }

    [Test]
    public void No_text_and_no_path_are_mistakes_of_the_caller()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => ProjectDocument.Parse(null!), Throws.ArgumentNullException);
            Assert.That(() => ProjectDocument.Load(null!), Throws.ArgumentNullException);
            Assert.That(() => ProjectDocument.Load(""), Throws.ArgumentException);
        });
    }

    [Test]
    public void A_file_that_is_wrong_is_said_with_its_path()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.That(() => ProjectDocument.Load(path), Refused.With(FailureReason.ProjectInvalid, $"The project file '{path}' is empty."));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void It_is_shown_by_name_id_and_version() => Assert.That(
        _project.Document.ToString(), Is.EqualTo($"Orders & <Co.> '1+1' ({_project.Document.Id}), version {_project.Document.Version}"));

    [Test]
    public void The_first_document_of_a_clock_that_stands_at_1970_has_version_1()
    {
        var claims = ProjectDocument.FirstClaims(
            "early", _project.AuthorityKey.Public, _project.Document.AuthoritySealingKey, _project.Document.Control, DateTimeOffset.UnixEpoch);
        Assert.That(ProjectDocument.Sign(claims, _project.AuthorityKey).Version, Is.EqualTo(1));
    }

    [Test]
    public void Its_id_is_the_hash_of_a_label_the_authority_and_the_salt()
    {
        var claims = _project.Document.Claims;
        byte[] hashed = [.. "E2EKafka/1 project\0"u8, .. System.Text.Encoding.ASCII.GetBytes(claims.Iss), .. claims.Salt];
        Assert.That(_project.Document.Id, Is.EqualTo(System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(hashed))));
    }

    [Test]
    public void A_document_follows_where_the_authoritys_keys_continue_those_of_the_newer_one()
    {
        var before = _project.Document;
        _project.Authority.RotateKeys();
        var after = _project.Document;
        using var key = SigningKey.Import(_project.Vault.Read("authority", "signing"));
        var (first, second) = (before.Claims, after.Claims);
        Assert.Multiple(() =>
        {
            Assert.That(Follows(first, _project.AuthorityKey, after), "an older one with fewer keys");
            Assert.That(Follows(second, key, before), "a newer one with more keys");
            Assert.That(Follows(second with { Version = before.Version }, key, before), "one of the same version with more keys");
            Assert.That(Follows(first with { Version = after.Version + 1 }, _project.AuthorityKey, after), Is.False, "a newer one with fewer keys");
            Assert.That(Follows(first with { Version = after.Version }, _project.AuthorityKey, after), Is.False, "one of the same version with fewer keys");
            Assert.That(Follows(second with { Version = before.Version - 1 }, key, before), Is.False, "an older one with more keys");
        });

        static bool Follows(ProjectClaims claims, SigningKey signer, ProjectDocument current) => ProjectDocument.TryVerify(
            RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, signer), current) is not null;
    }

    [Test]
    public void It_takes_all_records_of_removals_that_it_names_or_none()
    {
        var members = (string[])[_project.Join().Identifier, _project.Join().Identifier];
        var records = members.Select(member =>
            RevocationRecord.Sign(_project.Document.Id, [new Revocation(member, RevocationKind.Departed, 1)], _project.AuthorityKey)).ToList();
        var document = ProjectDocument.Sign(_project.Document.Claims with { Revocations = [.. records.Select(record => record.Hash)] }, _project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(document.IsResolved, Is.False);
            Assert.That(document.TryResolve(hash => records.Take(1).SingleOrDefault(record => record.Hash == hash)), Is.False);
            Assert.That(document.IsResolved, Is.False, "one is missing");
            Assert.That(document.Revocations, Is.Empty);
            Assert.That(document.RevocationOf(members[0]), Is.Null);
            Assert.That(document.TryResolve(hash => records.SingleOrDefault(record => record.Hash == hash)));
            Assert.That(document.IsResolved);
            Assert.That(document.Revocations.Select(revocation => revocation.Sub), Is.EquivalentTo(members));
            Assert.That(document.TryResolve(_ => throw new InvalidOperationException()), "what it has taken it does not look for again");
            Assert.That(_project.Document.IsResolved, "one that names none");
        });
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

    [TestCaseSource(nameof(ClaimsAtTheirLimits))]
    public void What_is_at_its_limit_is_published_and_read(string what, object change)
    {
        var document = ProjectDocument.Sign(((Func<ProjectClaims, ProjectClaims>)change)(_project.Document.Claims), _project.AuthorityKey);
        Assert.That(ProjectDocument.TryVerify(TestProject.Parse(document.Record), current: null), Is.Not.Null, what);
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
    public void What_is_out_of_bounds_is_refused_with_the_bounds() => Assert.That(
        () => ProjectDocument.Sign(_project.Document.Claims with { Name = new string('a', 101) }, _project.AuthorityKey),
        Refused.With(FailureReason.ProjectInvalid, "A project's name has 1 to 100 characters").And.Message.Contains("1000 narrowings, 1000 records of removals and 100 changes"));

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

    private static IEnumerable<TestCaseData> ClaimsAtTheirLimits()
    {
        yield return Of("version 1", claims => claims with { Version = 1 });
        yield return Of("a name of one character", claims => claims with { Name = "a" });
        yield return Of("a name of 100 characters", claims => claims with { Name = new string('a', 100) });
        yield return Of("the first time there is", claims => claims with { Iat = 0 });
        yield return Of("the last time there is", claims => claims with { Iat = 253_370_764_799 });
        yield return Of("algorithms of 1 and of 32 characters", claims => claims with { Algorithms = [.. claims.Algorithms, "a", new string('a', 32)] });
        yield return Of("groups from the first and from this version on", claims => WithGroups(claims, 1, claims.Version));
        yield return Of("1,000 narrowings to serial 1", claims => claims with { Narrowings = [.. Enumerable.Range(0, 1_000).Select(i => new Narrowing($"{i:d42}A", 1))] });
        yield return Of("1,000 records of removals", claims => claims with { Revocations = [.. Enumerable.Range(0, 1_000).Select(i => $"{i:d42}A")] });

        static TestCaseData Of(string what, Func<ProjectClaims, ProjectClaims> change) => new TestCaseData(what, change).SetArgDisplayNames(what);
    }

    /// <summary>Claims whose policy lists the reader groups <c>audit</c> and <c>billing</c>, from document versions on.</summary>
    private static ProjectClaims WithGroups(ProjectClaims claims, long audit, long? billing = null) => claims with
    {
        Policy = claims.Policy with
        {
            Topics = [new TopicRequirements { Topic = "bills", Authentication = MessageAuthentication.Mac, ReaderGroups = TestSession.Groups }],
        },
        Groups = [new ReaderGroupVersion("service", "audit", audit), new ReaderGroupVersion("service", "billing", billing ?? audit)],
    };

    private static IEnumerable<TestCaseData> MalformedClaims()
    {
        yield return Of("no name", claims => claims with { Name = "" });
        yield return Of("a name too long", claims => claims with { Name = new string('a', 101) });
        yield return Of("a name with a line break", claims => claims with { Name = "a\nb" });
        yield return Of("a name with a letter beyond ASCII", claims => claims with { Name = "caf\u00e9" });
        yield return Of("a name with a quotation mark", claims => claims with { Name = "a\"b" });
        yield return Of("an algorithm twice", claims => claims with { Algorithms = [KeyAlgorithms.P256, KeyAlgorithms.P256] });
        yield return Of("an algorithm without a name", claims => claims with { Algorithms = [.. claims.Algorithms, ""] });
        yield return Of("an algorithm with a name too long", claims => claims with { Algorithms = [.. claims.Algorithms, new string('a', 33)] });
        yield return Of("an algorithm that is null", claims => claims with { Algorithms = [.. claims.Algorithms, null!] });
        yield return Of("version 0", claims => claims with { Version = 0 });
        yield return Of("no algorithm", claims => claims with { Algorithms = [] });
        yield return Of("time before 1970", claims => claims with { Iat = -1 });
        yield return Of("one second beyond the last time", claims => claims with { Iat = 253_370_764_800 });
        yield return Of("a prefix that is no topic name", claims => claims with { Control = claims.Control with { Prefix = "a b" } });
        yield return Of("a prefix that leaves no room", claims => claims with { Control = claims.Control with { Prefix = new string('a', 245) } });
        yield return Of("no partitions", claims => claims with { Control = claims.Control with { Partitions = 0 } });
        yield return Of("a record of removals twice", claims => claims with { Revocations = [claims.Aud, claims.Aud] });
        yield return Of("a record of removals that is no hash", claims => claims with { Revocations = ["a"] });
        yield return Of("too many records of removals", claims => claims with { Revocations = [.. Enumerable.Range(0, 1_001).Select(i => $"{i:d42}A")] });
        yield return Of("a narrowing twice", claims => claims with { Narrowings = [new Narrowing(claims.Aud, 1), new Narrowing(claims.Aud, 2)] });
        yield return Of("a narrowing of no identifier", claims => claims with { Narrowings = [new Narrowing("a", 1)] });
        yield return Of("a narrowing to serial 0", claims => claims with { Narrowings = [new Narrowing(claims.Aud, 0)] });
        yield return Of("a narrowing that is null", claims => claims with { Narrowings = [null!] });
        yield return Of("a group that the policy does not list", claims => claims with { Groups = [new ReaderGroupVersion("service", "audit", 1)] });
        yield return Of("a group that is null", claims => claims with { Groups = [null!] });
        yield return Of("a listed group without a version", claims => WithGroups(claims, 1) with { Groups = [] });
        yield return Of("a group of version 0", claims => WithGroups(claims, 0));
        yield return Of("a group of a later version", claims => WithGroups(claims, claims.Version + 1));
        yield return Of("groups in another order", claims => WithGroups(claims, 1) with { Groups = [.. WithGroups(claims, 1).Groups.Reverse()] });
        yield return Of("too many narrowings", claims => claims with { Narrowings = [.. Enumerable.Range(0, 1_001).Select(i => new Narrowing($"{i:d42}A", 1))] });

        static TestCaseData Of(string what, Func<ProjectClaims, ProjectClaims> change) => new TestCaseData(what, change).SetArgDisplayNames(what);
    }
}
