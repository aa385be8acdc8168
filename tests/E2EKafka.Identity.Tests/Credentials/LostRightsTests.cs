using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Guarantee 8: which topics a member has lost the right to, so that producers drop their sessions.</summary>
public sealed class LostRightsTests : DirectoryFixture
{
    private static readonly string[] Topics = ["orders", "orders.eu", "payments", "archive", "unheard-of"];

    private MemberDirectory _directory = null!;
    private TestMember _kitchen = null!;
    private TestMember _archive = null!;

    /// <summary>Kitchens consume <c>orders*</c>, tills <c>payments</c>, and one member the archive.</summary>
    [SetUp]
    public void MakeDirectory()
    {
        _archive = Project.Join();
        Project.Authority.SetPolicy(PolicyOf(Rule("orders*", "kitchen"), Rule("payments", "till")));
        _kitchen = Project.Join(("role", "kitchen"));
        _directory = Project.DirectoryOf(_kitchen, _archive);
    }

    // Credentials

    [TestCase("till", "orders", "orders.eu")]
    [TestCase("guest", "orders", "orders.eu")]
    [TestCase("kitchen")]
    public void Other_attributes_lose_what_they_no_longer_admit(string role, params string[] lost) =>
        Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Attributes = Role(role) })), Is.EqualTo(lost));

    [Test]
    public void Attributes_that_are_gone_lose_all_that_they_admitted() =>
        Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Attributes = new Dictionary<string, string>() })), Is.EqualTo((string[])["orders", "orders.eu"]));

    [Test]
    public void Further_attributes_lose_nothing() =>
        Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Attributes = new Dictionary<string, string> { ["role"] = "kitchen", ["region"] = "eu" } })), Is.Empty);

    [Test]
    public void A_replaced_key_loses_all_that_its_member_may_consume()
    {
        using var next = SigningKey.Generate();
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Cnf = new ConfirmationKey(next.Public.Jwk) })), Is.EqualTo((string[])["orders", "orders.eu"]));
            Assert.That(LostBy(Renewed(_archive, claims => claims with { Cnf = new ConfirmationKey(next.Public.Jwk) })), Is.EqualTo((string[])["archive"]));
        });
    }

    [Test]
    public void A_replaced_key_with_other_attributes_loses_what_the_old_credential_admitted()
    {
        using var next = SigningKey.Generate();
        Assert.That(
            LostBy(Renewed(_kitchen, claims => claims with { Cnf = new ConfirmationKey(next.Public.Jwk), Attributes = Role("till") })),
            Is.EqualTo((string[])["orders", "orders.eu"]));
    }

    [Test]
    public void An_archive_reader_keeps_its_topic_whatever_its_attributes() =>
        Assert.That(LostBy(Renewed(_archive, claims => claims with { Attributes = Role("guest") })), Is.Empty);

    [Test]
    public void A_renewal_a_first_credential_and_one_known_already_lose_nothing()
    {
        var newcomer = Project.Join(("role", "kitchen"));
        Project.Clock.Advance(TimeSpan.FromHours(12));
        _kitchen.Renew();
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(_kitchen.Credential.Text), Is.Empty, "a renewal");
            Assert.That(LostBy(_kitchen.Credential.Text), Is.Empty, "the same again");
            Assert.That(LostBy(newcomer.Credential.Text), Is.Empty, "a first one");
            Assert.That(_directory.Newest(newcomer.Identifier), Is.Not.Null);
        });
    }

    [Test]
    public void A_credential_that_ends_loses_nothing()
    {
        Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Exp = claims.Iat + 1 })), Is.Empty, "one that ends sooner");
        Project.Clock.Advance(TimeSpan.FromDays(5));
        Assert.Multiple(() =>
        {
            Assert.That(_directory.IsMember(_kitchen.Identifier, Project.Now), Is.False);
            Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Serial = claims.Serial + 1, Iat = claims.Iat + 432_000, Exp = claims.Exp + 432_000 })), Is.Empty, "one after it had ended");
            Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Serial = claims.Serial + 2, Attributes = Role("guest") })), Has.Length.EqualTo(2), "another right is lost all the same");
        });
    }

    [Test]
    public void A_credential_that_does_not_count_loses_nothing()
    {
        using var stranger = SigningKey.Generate();
        var older = Project.Reissue(_kitchen, claims => claims with { Attributes = Role("guest") });
        var forged = RawJws.Sign(
            RecordTypes.Credential, _kitchen.Credential.Claims with { Serial = _kitchen.Credential.Claims.Serial + 9, Attributes = Role("guest") }, RecordJson.Default.CredentialClaims, stranger).Text;
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(older), Is.Empty, "of the same serial");
            Assert.That(LostBy(forged), Is.Empty, "not the authority's");
        });
    }

    [Test]
    public void What_a_revoked_member_could_consume_is_not_lost_a_second_time()
    {
        using var next = SigningKey.Generate();
        LostBy(Project.Authority.Revoke(_kitchen.Identifier, RevocationKind.Departed));
        Assert.That(LostBy(Renewed(_kitchen, claims => claims with { Cnf = new ConfirmationKey(next.Public.Jwk) })), Is.Empty);
    }

    // Documents

    [TestCase(RevocationKind.Departed)]
    [TestCase(RevocationKind.Compromised)]
    public void A_revocation_loses_what_the_member_could_consume(RevocationKind kind)
    {
        var idle = Project.Join();
        _directory.Observe(idle.Credential.Text);
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(Project.Authority.Revoke(_kitchen.Identifier, kind)), Is.EqualTo((string[])["orders", "orders.eu"]));
            Assert.That(LostBy(Project.Authority.Revoke(_archive.Identifier, kind)), Is.EqualTo((string[])["archive"]));
            Assert.That(LostBy(Project.Authority.Revoke(idle.Identifier, kind)), Is.Empty, "a member that could consume nothing");
        });
    }

    [Test]
    public void A_revocation_of_a_member_never_seen_loses_every_topic_once()
    {
        var stranger = Project.Join();
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(Project.Authority.Revoke(stranger.Identifier, RevocationKind.Departed)), Is.EqualTo(Topics));
            Assert.That(LostBy(Project.Authority.Revoke(stranger.Identifier, RevocationKind.Compromised)), Is.Empty, "known already");
            Assert.That(LostBy(Project.Authority.SetPolicy(Policy.AnyMember)), Is.Empty, "known already");
        });
    }

    [Test]
    public void A_revocation_in_a_version_that_was_skipped_is_not_missed()
    {
        var stranger = Project.Join();
        Project.Authority.Revoke(stranger.Identifier, RevocationKind.Departed);
        Assert.That(LostBy(Project.Authority.SetPolicy(Policy.AnyMember)), Is.EqualTo(Topics));
    }

    [Test]
    public void A_known_members_departure_that_becomes_a_compromise_loses_nothing_more()
    {
        LostBy(Project.Authority.Revoke(_kitchen.Identifier, RevocationKind.Departed));
        Assert.That(LostBy(Project.Authority.Revoke(_kitchen.Identifier, RevocationKind.Compromised)), Is.Empty);
    }

    [Test]
    public void A_narrower_policy_loses_what_a_known_member_could_consume()
    {
        Assert.Multiple(() =>
        {
            Assert.That(LostBy(Project.Authority.SetPolicy(PolicyOf(Rule("orders*", "kitchen")))), Is.Empty, "no till is known");
            Assert.That(LostBy(Project.Authority.SetPolicy(PolicyOf(Rule("orders", "kitchen")))), Is.EqualTo((string[])["orders.eu"]));
            Assert.That(LostBy(Project.Authority.SetPolicy(Policy.AnyMember)), Is.Empty, "a wider one");
            Assert.That(LostBy(Project.Authority.SetPolicy(PolicyOf(Rule("orders", "kitchen")))), Is.EqualTo(Topics), "any member consumed everything");
        });
    }

    [Test]
    public void An_archive_reader_that_the_policy_no_longer_names_loses_its_topic() => Assert.That(
        LostBy(Project.Authority.SetPolicy(PolicyOf(Rule("orders*", "kitchen")) with { Topics = [] })), Is.EqualTo((string[])["archive"]));

    [Test]
    public void A_narrower_policy_counts_for_a_member_whose_credential_has_ended()
    {
        Project.Clock.Advance(TimeSpan.FromDays(5));
        Assert.That(LostBy(Project.Authority.SetPolicy(PolicyOf())), Is.EqualTo((string[])["orders", "orders.eu"]));
    }

    [Test]
    public void A_document_that_does_not_count_loses_nothing()
    {
        using var stranger = SigningKey.Generate();
        var nothing = Project.Document.Claims with { Policy = PolicyOf() with { Topics = [] } };
        var forged = RawJws.Sign(RecordTypes.Project, nothing with { Version = nothing.Version + 1 }, RecordJson.Default.ProjectClaims, stranger);
        var conflicting = RawJws.Sign(RecordTypes.Project, nothing, RecordJson.Default.ProjectClaims, Project.AuthorityKey);
        var older = RawJws.Sign(RecordTypes.Project, nothing with { Version = nothing.Version - 1 }, RecordJson.Default.ProjectClaims, Project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(Lost(() => _directory.Observe(forged)), Is.Empty);
            Assert.That(Lost(() => _directory.Observe(conflicting)), Is.Empty);
            Assert.That(Lost(() => _directory.Observe(older)), Is.Empty);
            Assert.That(LostBy(Project.Document), Is.Empty, "ours again");
        });
    }

    [Test]
    public void What_a_member_may_consume_is_a_question_of_document_and_attributes_not_of_time()
    {
        var document = Project.Document;
        var ended = Credential.TryVerify(TestProject.Parse(Renewed(_kitchen, claims => claims with { Exp = claims.Iat + 1 })), document)!;
        Assert.Multiple(() =>
        {
            Assert.That(MemberDirectory.MayConsume(document, ended, "orders.eu"));
            Assert.That(MemberDirectory.MayConsume(document, ended, "payments"), Is.False);
            Assert.That(MemberDirectory.MayConsume(document, _archive.Credential, "archive"));
            Assert.That(MemberDirectory.MayConsume(document, _archive.Credential, "orders"), Is.False);
            Assert.That(MemberDirectory.MayConsume(Project.Authority.Revoke(_kitchen.Identifier, RevocationKind.Departed), ended, "orders.eu"), Is.False);
            Assert.That(MemberDirectory.MayConsume(Project.Authority.Revoke(_archive.Identifier, RevocationKind.Departed), _archive.Credential, "archive"), Is.False);
        });
    }

    private static Dictionary<string, string> Role(string role) => new() { ["role"] = role };

    private Policy PolicyOf(params PolicyRule[] consume) => new()
    {
        Produce = [],
        Consume = consume,
        Topics = [new TopicRequirements { Topic = "archive", ArchiveReaders = [_archive.Identifier] }],
    };

    private string Renewed(TestMember member, Func<CredentialClaims, CredentialClaims> change) =>
        Project.Reissue(member, claims => change(claims with { Serial = claims.Serial + 1 }));

    private string[] LostBy(string credential) => Lost(() => _directory.Observe(credential));

    // The records of removals come before the document that names them. Documents in between are skipped.
    private string[] LostBy(ProjectDocument document) => Lost(() =>
    {
        foreach (var record in Project.Authority.TakeUnpublished().Where(text => TestProject.Parse(text).Type == RecordTypes.Revocations))
            _directory.Observe(record);
        _directory.Observe(document.Record);
    });

    private string[] Lost(Action observe)
    {
        List<string> lost = [];
        _directory.Lost = isLost => lost.AddRange(Topics.Where(isLost));
        observe();
        return [.. lost];
    }
}
