using System.Globalization;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>
/// The limits of what the authority signs: below and at each, writer and readers take it; one above, the writer refuses and names the limit, and
/// what a broken writer signs all the same, readers refuse.
/// </summary>
public sealed class DocumentLimitTests : AuthorityFixture
{
    private static readonly Dictionary<string, (int Limit, Func<ProjectClaims, int, ProjectClaims> Make)> InDocument = new()
    {
        ["characters of the name"] = (100, (claims, count) => claims with { Name = new string('n', count) }),
        ["partitions"] = (10_000, (claims, count) => claims with { Control = claims.Control with { Partitions = count } }),
        ["narrowings"] = (ProjectDocument.MaxNarrowings, (claims, count) => claims with { Narrowings = [.. Hashes(count).Select(hash => new Narrowing(hash, 1))] }),
        ["records of removals"] = (RevocationRecord.MaxRecords, (claims, count) => claims with { Revocations = [.. Hashes(count)] }),
        ["rules"] = (1_000, (claims, count) => claims with
        {
            Policy = Policy.AnyMember with { Produce = [.. Enumerable.Range(0, count - 1).Select(i => new PolicyRule { Topics = [$"{i}"] })] },
        }),
        ["reader groups of all topics"] = (1_000, (claims, count) => Demanding(claims,
            [.. Enumerable.Range(0, count).Chunk(ReaderGroups.MaxValues).Select(chunk => Groups("service", chunk.Select(i => $"{i}")))])),
        ["reader groups of a topic"] = (ReaderGroups.MaxValues, (claims, count) => Demanding(claims, Groups("service", Enumerable.Range(0, count).Select(i => $"{i}")))),
        ["characters of a reader group"] = (256, (claims, count) => Demanding(claims, Groups("service", [new string('g', count)]))),
        ["characters of reader groups"] = (512, (claims, count) => Demanding(claims, Groups(new string('a', 200), [new string('b', 200), new string('c', count - 400)]))),
    };

    private static readonly Dictionary<string, (int Limit, Func<int, Dictionary<string, string>> Make)> InCredential = new()
    {
        ["attributes"] = (64, count => Enumerable.Range(0, count).ToDictionary(i => $"{i}", i => "v")),
        ["characters of a value"] = (256, count => new() { ["name"] = new string('v', count) }),
        ["characters of a name"] = (256, count => new() { [new string('n', count)] = "value" }),
        ["characters"] = (4_096, count => Enumerable.Range(0, 20).ToDictionary(i => $"{i:d2}", i => new string('v', i == 0 ? count - 40 - (19 * 210) : 210))),
    };

    public static IEnumerable<string> DocumentLimits => InDocument.Keys;

    public static IEnumerable<string> CredentialLimits => InCredential.Keys;

    [Test]
    public void What_a_document_holds([ValueSource(nameof(DocumentLimits))] string what, [Values(-1, 0, 1)] int above)
    {
        var (limit, make) = InDocument[what];
        var current = Project.Document.Claims;
        var claims = GroupVersions.Follow(current, make(current, limit + above), []);
        var refusal = Refusal(() => ProjectDocument.Sign(claims, Project.AuthorityKey));
        Assert.Multiple(() =>
        {
            Assert.That(refusal?.Reason, Is.EqualTo(above > 0 ? FailureReason.ProjectInvalid : (FailureReason?)null));
            Assert.That(refusal?.Message ?? Text(limit), Does.Contain(Text(limit)));
            Assert.That(
                ProjectDocument.TryVerify(RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, Project.AuthorityKey), current: null),
                above > 0 ? Is.Null : Is.Not.Null);
        });
    }

    [Test]
    public void What_a_credential_holds([ValueSource(nameof(CredentialLimits))] string what, [Values(-1, 0, 1)] int above)
    {
        var (limit, make) = InCredential[what];
        var attributes = make(limit + above);
        ArgumentException? refusal = null;
        try
        {
            Authority.CreateTicket(attributes, 1, TimeSpan.FromMinutes(1));
        }
        catch (ArgumentException e)
        {
            refusal = e;
        }

        Assert.Multiple(() =>
        {
            Assert.That(refusal, above > 0 ? Is.Not.Null : Is.Null);
            Assert.That(refusal?.Message ?? Text(limit), Does.Contain(Text(limit)));
            Assert.That(
                Credential.TryVerify(TestProject.Parse(Project.Reissue(Project.Join(), claims => claims with { Attributes = attributes })), Project.Document),
                above > 0 ? Is.Null : Is.Not.Null);
        });
    }

    [Test]
    public void Removals_in_a_record([Values(-1, 0, 1)] int above)
    {
        var count = RevocationRecord.MaxRevocations + above;
        List<Revocation> removals = [.. Hashes(count).Select(hash => new Revocation(hash, RevocationKind.Departed, 1))];
        var list = new RevocationList([]).With(removals, Project.Document.Id, Project.AuthorityKey);
        var record = RawJws.Sign(RecordTypes.Revocations, new RevocationClaims(Project.Document.Id, removals), RecordJson.Default.RevocationClaims, Project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(list.Records.Sum(one => one.Revocations.Count), Is.EqualTo(count), "the writer goes on in another record");
            Assert.That(list.Records, Has.Count.EqualTo(above > 0 ? 2 : 1));
            Assert.That(RevocationRecord.TryRead(record, Project.Document.Id), above > 0 ? Is.Null : Is.Not.Null);
        });
    }

    [Test]
    public void Changes_of_the_authoritys_key()
    {
        var directory = new MemberDirectory(Project.Document);
        for (var i = 0; i < AuthorityKeyChain.MaxChanges; i++)
            Authority.RotateKeys();
        var last = Project.Document;
        var refusal = Refusal(() => Authority.RotateKeys());
        foreach (var record in Authority.TakeUnpublished())
            directory.Observe(record);
        Assert.Multiple(() =>
        {
            Assert.That(refusal?.Reason, Is.EqualTo(FailureReason.ProjectInvalid));
            Assert.That(refusal?.Message, Does.Contain(Text(AuthorityKeyChain.MaxChanges)));
            Assert.That(Project.Document.Reference, Is.EqualTo(last.Reference), "nothing has changed");
            Assert.That(directory.Project.Reference, Is.EqualTo(last.Reference), "readers follow to the last");
            Assert.That(() => Authority.SetPolicy(Policy.AnyMember with { Consume = [] }), Throws.Nothing, "all else goes on");
        });
    }

    private static string Text(int limit) => limit.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Hashes(int count) => Enumerable.Range(0, count).Select(i => $"{i:d42}A");

    private static ReaderGroups Groups(string attribute, IEnumerable<string> values) => new() { Attribute = attribute, Values = [.. values] };

    private static ProjectClaims Demanding(ProjectClaims claims, params ReaderGroups[] groups) => claims with
    {
        Policy = Policy.AnyMember with
        {
            Topics = [.. groups.Select((group, i) => new TopicRequirements { Topic = $"topic-{i}", Authentication = MessageAuthentication.Mac, ReaderGroups = group })],
        },
    };

    private static EndToEndKafkaException? Refusal(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (EndToEndKafkaException e)
        {
            return e;
        }
    }
}
