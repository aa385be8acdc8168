using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>The authority gives a member other attributes, without a request.</summary>
public sealed class AttributeChangeTests : AuthorityFixture
{
    [Test]
    public void What_takes_something_away_rules_out_the_credential_before([Values("", "audit")] string service)
    {
        var member = Project.Join(("service", "billing"), ("site", "north"));
        Authority.TakeUnpublished();
        Authority.SetAttributes(member.Identifier, Attributes(("service", service), ("site", "north")));
        var records = Authority.TakeUnpublished();
        var credential = Credential.TryVerify(TestProject.Parse(records[0]), Project.Document)!;
        var directory = Project.DirectoryOf(member);

        Assert.Multiple(() =>
        {
            Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])[RecordTypes.Credential, RecordTypes.Project]));
            Assert.That(credential.Attributes, Is.EqualTo(Attributes(("service", service), ("site", "north"))));
            Assert.That(credential.Key.Thumbprint, Is.EqualTo(member.Key.Public.Thumbprint));
            Assert.That(credential.Claims.Request, Is.EqualTo(member.Credential.Claims.Request));
            Assert.That(Project.Document.LowestSerialOf(member.Identifier), Is.EqualTo(credential.Claims.Serial));
            Assert.That(directory.Observe(member.Credential.Text), Is.EqualTo(RecordProblem.Outdated));
            Assert.That(Project.CredentialIn(Authority.Answer(Request(member.Key, ticket: null)))!.Attributes, Is.EqualTo(credential.Attributes), "so does the next one");
        });
    }

    [Test]
    public void What_only_adds_needs_no_document()
    {
        var member = Project.Join(("service", "billing"));
        Authority.TakeUnpublished();
        var before = Project.Document;
        Authority.SetAttributes(member.Identifier, Attributes(("service", "billing"), ("site", "north")));
        var records = Authority.TakeUnpublished();

        Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])[RecordTypes.Credential]));
        Assert.That(Project.Document, Is.SameAs(before));
    }

    [Test]
    public void The_same_attributes_change_nothing()
    {
        var member = Project.Join(("service", "billing"));
        Authority.TakeUnpublished();
        Authority.SetAttributes(member.Identifier, Attributes(("service", "billing")));

        Assert.That(Authority.TakeUnpublished(), Is.Empty);
    }

    [Test]
    public void Only_the_groups_that_the_member_leaves_begin_again()
    {
        Authority.SetPolicy(Policy.AnyMember with
        {
            Topics =
            [
                Macs("orders", "service", "billing", "audit"),
                Macs("events", "site", "north"),
            ],
        });
        var member = Project.Join(("service", "billing"), ("site", "north"));
        var listed = Project.Document.Version;
        Authority.SetAttributes(member.Identifier, Attributes(("service", "audit"), ("site", "north")));

        Assert.That(
            Project.Document.Claims.Groups.Where(group => group.Version > listed).Select(group => $"{group.Attribute}={group.Value}"),
            Is.EqualTo((string[])["service=billing"]));

        static TopicRequirements Macs(string topic, string attribute, params string[] values) => new()
        {
            Topic = topic, Authentication = MessageAuthentication.Mac, ReaderGroups = new ReaderGroups { Attribute = attribute, Values = values },
        };
    }

    [Test]
    public void Producers_act_on_the_credential()
    {
        var member = Project.Join(("service", "billing"));
        Authority.SetPolicy(Policy.AnyMember with
        {
            Consume = [new PolicyRule { Topics = ["orders"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["service"] = ["billing"] } }],
        });
        var directory = Project.DirectoryOf(member);
        List<string> lost = [];
        directory.Lost = isLost => lost.AddRange(((string[])["orders", "other"]).Where(isLost));
        Authority.TakeUnpublished();
        Authority.SetAttributes(member.Identifier, Attributes(("service", "audit")));
        directory.Observe(Authority.TakeUnpublished()[0]);

        Assert.That(lost, Is.EqualTo((string[])["orders"]));
    }

    [Test]
    public void A_member_that_is_unknown_or_removed_gets_none()
    {
        var member = Project.Join();
        Authority.Revoke(member.Identifier, RevocationKind.Departed);

        Assert.That(() => Authority.SetAttributes(member.Identifier, Attributes(("a", "b"))), Refused.With(FailureReason.Revoked, "removed"));
        Assert.That(() => Authority.SetAttributes(NewKey().Public.Thumbprint, Attributes(("a", "b"))), Refused.With(FailureReason.NotEnrolled, "enrolled"));
        Assert.That(() => Authority.SetAttributes(Project.Join().Identifier, Attributes(("a", "quotation \" mark"))), Throws.ArgumentException);
    }

    private static Dictionary<string, string> Attributes(params (string Name, string Value)[] attributes) =>
        attributes.Where(pair => pair.Value.Length > 0).ToDictionary(pair => pair.Name, pair => pair.Value);
}
