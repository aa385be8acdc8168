using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>From which document version on the MACs of a reader group prove origin, as the authority says it.</summary>
public sealed class GroupVersionTests : AuthorityFixture
{
    private long _first;

    [Test]
    public void Policy_that_lists_a_group_begins_it_and_policy_that_lists_it_again_begins_it_again()
    {
        var before = Versions();
        List("billing", "audit");
        var listed = Versions();
        List("billing");
        var narrowed = Versions();
        List("audit", "billing");

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Empty);
            Assert.That(listed, Is.EqualTo((string[])["service=audit:2", "service=billing:2"]));
            Assert.That(narrowed, Is.EqualTo((string[])["service=billing:2"]));
            Assert.That(Versions(), Is.EqualTo((string[])["service=audit:4", "service=billing:2"]));
        });
    }

    [Test]
    public void A_removal_raises_the_groups_of_the_member_alone()
    {
        List("billing", "audit");
        var billing = Project.Join(("service", "billing"));
        var shop = Project.Join(("service", "shop"));
        Authority.Revoke(billing.Identifier, RevocationKind.Departed);
        var removed = Versions();
        Authority.Revoke(shop.Identifier, RevocationKind.Departed);
        Authority.Revoke(billing.Identifier, RevocationKind.Compromised);

        Assert.That(removed, Is.EqualTo((string[])["service=audit:2", "service=billing:3"]));
        Assert.That(Versions(), Is.EqualTo((string[])["service=audit:2", "service=billing:5"]));
    }

    [Test]
    public void The_removal_of_a_member_that_the_authority_does_not_know_raises_all_groups()
    {
        List("billing", "audit");
        Authority.Revoke(NewKey().Public.Thumbprint, RevocationKind.Departed);

        Assert.That(Versions(), Is.EqualTo((string[])["service=audit:3", "service=billing:3"]));
    }

    [TestCase("billing", 3)]
    [TestCase("shop", 2)]
    public void A_change_of_key_raises_the_groups_of_the_member_alone(string service, int version)
    {
        List("billing", "audit");
        var member = Project.Join(("service", service));
        using var next = SigningKey.Generate();
        var credential = Project.CredentialIn(Authority.Answer(
            AuthorityRequest.CreateKeyChange(Project.Document, member.Identifier, member.Key, next, Project.Now)))!;
        using var reopened = ProjectAuthority.Open(Project.Vault, Project.Clock, TestProject.CredentialLifetime);

        Assert.Multiple(() =>
        {
            Assert.That(credential.Key.Thumbprint, Is.EqualTo(next.Public.Thumbprint));
            Assert.That(NumberOf(credential.Claims.Document.Version), Is.EqualTo(2), "it is published before the document");
            Assert.That(NumberOf(Project.Document.Version), Is.EqualTo(3));
            Assert.That(Versions(), Is.EqualTo((string[])["service=audit:2", $"service=billing:{version}"]));
            Assert.That(reopened.Document.Reference, Is.EqualTo(Project.Document.Reference), "the vault has both");
        });
    }

    [Test]
    public void A_change_of_key_that_is_refused_or_repeated_makes_none()
    {
        List("billing", "audit");
        var member = Project.Join(("service", "billing"));
        using var next = SigningKey.Generate();
        using var stranger = SigningKey.Generate();
        Authority.Answer(AuthorityRequest.CreateKeyChange(Project.Document, member.Identifier, stranger, next, Project.Now));
        var refused = NumberOf(Project.Document.Version);
        var change = AuthorityRequest.CreateKeyChange(Project.Document, member.Identifier, member.Key, next, Project.Now);
        Authority.Answer(change);
        Authority.Answer(change);

        Assert.That(refused, Is.EqualTo(2));
        Assert.That(NumberOf(Project.Document.Version), Is.EqualTo(3));
    }

    [Test]
    public void A_document_has_the_groups_of_its_policy_in_order_and_no_version_above_its_own()
    {
        List("billing", "audit");
        var claims = Project.Document.Claims;
        var (audit, billing) = (claims.Groups[0], claims.Groups[1]);
        Assert.Multiple(() =>
        {
            Assert.That(IsTaken([audit, billing]));
            Assert.That(IsTaken([audit]), Is.False);
            Assert.That(IsTaken([]), Is.False);
            Assert.That(IsTaken([billing, audit]), Is.False);
            Assert.That(IsTaken([audit, billing, billing]), Is.False);
            Assert.That(IsTaken([audit, billing, billing with { Value = "shop" }]), Is.False);
            Assert.That(IsTaken([audit, billing with { Version = claims.Version + 1 }]), Is.False);
            Assert.That(IsTaken([audit, billing with { Version = 0 }]), Is.False);
        });

        bool IsTaken(IReadOnlyList<ReaderGroupVersion> groups) => ProjectDocument.TryVerify(
            RawJws.Sign(RecordTypes.Project, claims with { Groups = groups }, RecordJson.Default.ProjectClaims, Project.AuthorityKey), current: null) is not null;
    }

    [Test]
    public void Macs_prove_origin_to_a_listed_group_from_its_version_on()
    {
        var producer = Project.Join();
        List("billing", "audit");
        var session = producer.Session("orders", MessageAuthentication.Mac).Statement;
        var listed = Project.Document;
        Authority.Revoke(Project.Join(("service", "billing")).Identifier, RevocationKind.Departed);
        var removed = Project.Document;
        List("billing");

        Assert.Multiple(() =>
        {
            Assert.That(listed.ProvesOrigin(session.Core, "billing"));
            Assert.That(listed.ProvesOrigin(session.Core, "shop"), Is.False);
            Assert.That(listed.ProvesOrigin(session.Core with { ReaderGroups = session.ReaderGroups! with { Attribute = "team" } }, "billing"), Is.False);
            Assert.That(removed.ProvesOrigin(session.Core, "billing"), Is.False);
            Assert.That(removed.ProvesOrigin(session.Core, "audit"));
            Assert.That(Project.Document.ProvesOrigin(session.Core, "audit"), Is.False, "no longer listed");
            Assert.That(Project.Document.ProvesOrigin(producer.Session("orders").Statement.Core, "billing"), Is.False);
        });
    }

    [Test]
    public void Policy_in_JSON_has_its_groups_behind_the_mode_and_one_attribute()
    {
        List("billing", "audit");
        var json = System.Text.Json.JsonSerializer.Serialize(Project.Document.Policy, RecordJson.Default.Policy);
        Assert.Multiple(() =>
        {
            Assert.That(json, Does.Contain("\"authentication\":\"mac\",\"readerGroups\":{\"service\":[\"billing\",\"audit\"]}"));
            Assert.That(Read(json)!.Topics[0].ReaderGroups, Is.EqualTo(Project.Document.Policy.Topics[0].ReaderGroups));
            foreach (var wrong in (string[])["{}", "[]", "\"service\"", "{\"service\":\"billing\"}", "{\"service\":[1]}", "{\"service\":[[]]}", "{\"service\":[\"billing\"],\"team\":[\"red\"]}"])
                Assert.That(() => Read(json.Replace("{\"service\":[\"billing\",\"audit\"]}", wrong)), Throws.TypeOf<System.Text.Json.JsonException>(), wrong);
        });

        static Policy? Read(string json) => System.Text.Json.JsonSerializer.Deserialize(json, RecordJson.Default.Policy);
    }

    [SetUp]
    public void RememberFirst() => _first = Project.Document.Version;

    private void List(params string[] groups) => Authority.SetPolicy(Policy.AnyMember with
    {
        Topics =
        [
            new TopicRequirements
            {
                Topic = "orders",
                Authentication = MessageAuthentication.Mac,
                ReaderGroups = new ReaderGroups { Attribute = "service", Values = groups },
            },
        ],
    });

    private string[] Versions() => [.. Project.Document.Claims.Groups.Select(group => $"{group.Attribute}={group.Value}:{NumberOf(group.Version)}")];

    // The clock stands still, so each document has the next version.
    private long NumberOf(long version) => version - _first + 1;
}
