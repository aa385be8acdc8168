using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>How the project document rules out credentials that a key change replaced, and how many it can.</summary>
public sealed class NarrowingTests : AuthorityFixture
{
    [Test]
    public void A_narrowing_stays_until_the_last_credential_that_it_rules_out_has_ended()
    {
        var member = Project.Join();
        var end = member.Credential.ExpiresAt;
        Change(Authority, member);

        Project.Clock.Advance(end - Project.Now);
        Republish();
        var atItsEnd = Narrowed();
        Project.Clock.Advance(TimeSpan.FromSeconds(1));
        Republish();

        Assert.That(atItsEnd, Is.EqualTo((string[])[member.Identifier]));
        Assert.That(Narrowed(), Is.Empty);
    }

    [Test]
    public void A_narrowing_stays_for_a_credential_of_an_older_and_longer_lifetime()
    {
        using var before = ProjectAuthority.Open(Project.Vault, Project.Clock, Credential.MaxLifetime);
        var (key, next) = (NewKey(), NewKey());
        var longest = Project.CredentialIn(before.Answer(Request(key, Project.Ticket())))!;
        using var after = ProjectAuthority.Open(Project.Vault, Project.Clock, TimeSpan.FromHours(1));
        Project.Clock.Advance(TimeSpan.FromHours(1));
        after.Answer(AuthorityRequest.Create(after.Document, longest.Subject, key, ticket: null, Project.Now));
        after.Answer(AuthorityRequest.CreateKeyChange(after.Document, longest.Subject, key, next, Project.Now));

        Project.Clock.Advance(longest.ExpiresAt - Project.Now);
        Assert.That(after.SetPolicy(AnotherPolicy()).Claims.Narrowings.Select(narrowing => narrowing.Sub), Is.EqualTo((string[])[longest.Subject]));
        Project.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(after.SetPolicy(AnotherPolicy()).Claims.Narrowings, Is.Empty);
    }

    [Test]
    public void One_key_change_above_the_limit_waits_and_is_made_when_there_is_room_again()
    {
        var members = Enumerable.Range(0, ProjectDocument.MaxNarrowings + 1).Select(_ => Project.Join()).ToList();
        foreach (var member in members.SkipLast(1))
            Change(Authority, member);
        var full = Project.Document;
        using var next = SigningKey.Generate();
        var refused = Authority.Answer(AuthorityRequest.CreateKeyChange(Project.Document, members[^1].Identifier, members[^1].Key, next, Project.Now));
        var renewed = Authority.Answer(Request(members[^1].Key, ticket: null));

        Project.Clock.Advance(members[^1].Credential.ExpiresAt - Project.Now + TimeSpan.FromSeconds(1));
        var made = Authority.Answer(AuthorityRequest.CreateKeyChange(Project.Document, members[^1].Identifier, members[^1].Key, next, Project.Now));

        Assert.Multiple(() =>
        {
            Assert.That(full.Claims.Narrowings, Has.Count.EqualTo(ProjectDocument.MaxNarrowings));
            Assert.That(refused, Is.Null);
            Assert.That(Project.CredentialIn(renewed), Is.Not.Null, "its old key goes on");
            Assert.That(Project.CredentialIn(made)!.Key.Thumbprint, Is.EqualTo(next.Public.Thumbprint));
            Assert.That(Narrowed(), Is.EqualTo((string[])[members[^1].Identifier]));
        });
    }

    [Test]
    public void A_restored_authority_rules_out_in_one_document_what_none_ruled_out([Values(1, 2)] int stops)
    {
        var members = Enumerable.Range(0, 3).Select(_ => Project.Join(("service", "billing"))).ToList();
        Authority.SetPolicy(ListsBilling);
        using var backup = CopyOf(Project.Vault);
        var log = members.ConvertAll(member => Change(Authority, member));

        // The process ends once more after it has read the log, before it has written a document.
        var restored = Open(backup);
        for (var stop = 0; stop < stops; stop++)
        {
            restored.Dispose();
            restored = Open(backup);
            log.ForEach(record => restored.Recover(TestProject.Parse(record)));
        }

        restored.EndRecovery();
        var records = restored.TakeUnpublished();
        var document = restored.Document;
        restored.Dispose();

        Assert.That(document.Claims.Narrowings.Select(narrowing => narrowing.Sub), Is.EquivalentTo(members.Select(member => member.Identifier)));
        Assert.That(document.Claims.Groups.Single().Version, Is.EqualTo(document.Version), "their old keys may have received the group's");
        Assert.That(records, Is.EqualTo((string[])[document.Record]));
    }

    [Test]
    public void A_restored_authority_whose_document_is_full_starts()
    {
        var members = Enumerable.Range(0, ProjectDocument.MaxNarrowings + 1).Select(_ => Project.Join()).ToList();
        foreach (var member in members.SkipLast(1))
            Change(Authority, member);
        using var backup = CopyOf(Project.Vault);
        var (claims, last, next) = (Project.Document.Claims, members[^1], NewKey());
        var late = last.Credential.Claims with { Serial = last.Credential.Claims.Serial + 1, Cnf = new ConfirmationKey(next.Public.Jwk) };
        using var restored = Open(backup);
        restored.Recover(RawJws.Sign(RecordTypes.Credential, late, RecordJson.Default.CredentialClaims, Project.AuthorityKey));
        restored.EndRecovery();

        Assert.That(restored.Document.Claims.Narrowings, Is.EqualTo(claims.Narrowings));
        Assert.That(restored.Answer(AuthorityRequest.Create(restored.Document, last.Identifier, next, ticket: null, Project.Now)), Is.Not.Null);
    }

    [Test]
    public void A_policy_leaves_room_for_all_narrowings_and_for_removals_and_key_changes()
    {
        int fits = 1, tooMany = 4_000;
        while (tooMany - fits > 1)
        {
            var middle = (fits + tooMany) / 2;
            if (IsAccepted(middle))
                fits = middle;
            else
                tooMany = middle;
        }

        Assert.That(IsAccepted(fits));
        for (var i = 0; i < 4; i++)
            Authority.RotateKeys();
        var claims = Project.Document.Claims;
        using var key = SigningKey.Import(Project.Vault.Read("authority", "signing"));
        var full = claims with
        {
            Narrowings = [.. Enumerable.Range(0, ProjectDocument.MaxNarrowings).Select(i => new Narrowing($"{i:d42}A", ExactForm.MaxInteger))],
            Revocations = [.. Enumerable.Range(0, 100).Select(i => $"{i:d42}A")],
        };
        Assert.That(() => ProjectDocument.Sign(full, key), Throws.Nothing);
        TestContext.Out.WriteLine($"{fits} topics of 60 characters fit into a policy.");

        bool IsAccepted(int topics)
        {
            try
            {
                Authority.SetPolicy(Policy.AnyMember with
                {
                    Topics = [.. Enumerable.Range(0, topics).Select(i => new TopicRequirements { Topic = $"{i:d60}", Authentication = MessageAuthentication.Shared })],
                });
                return true;
            }
            catch (EndToEndKafkaException e) when (e.Reason == FailureReason.ProjectInvalid)
            {
                return false;
            }
        }
    }

    private static Policy ListsBilling => Policy.AnyMember with
    {
        Topics =
        [
            new TopicRequirements
            {
                Topic = "orders",
                Authentication = MessageAuthentication.Mac,
                ReaderGroups = new ReaderGroups { Attribute = "service", Values = ["billing"] },
            },
        ],
    };

    private string Change(ProjectAuthority authority, TestMember member) => authority.Answer(
        AuthorityRequest.CreateKeyChange(authority.Document, member.Identifier, member.Key, NewKey(), Project.Now))!;

    private string[] Narrowed() => [.. Project.Document.Claims.Narrowings.Select(narrowing => narrowing.Sub)];

    private void Republish() => Authority.SetPolicy(AnotherPolicy());

    private static Policy AnotherPolicy() => new() { Produce = [], Consume = [] };

    private ProjectAuthority Open(MemoryVault vault) => ProjectAuthority.Open(vault, Project.Clock, TestProject.CredentialLifetime);
}
