using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class MemberDirectoryTests : DirectoryFixture
{
    // Project documents

    [Test]
    public void A_newer_document_replaces_ours_also_where_versions_in_between_are_missing()
    {
        var directory = new MemberDirectory(Project.Document);
        Project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var third = Project.Authority.SetPolicy(Policy.AnyMember);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(third.Record), Is.EqualTo(RecordProblem.None));
            Assert.That(directory.Project.Reference, Is.EqualTo(third.Reference));
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void Our_own_document_again_changes_nothing()
    {
        var directory = new MemberDirectory(Project.Document);
        var advanced = false;
        directory.Advanced = _ => advanced = true;
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(Project.Document.Record)), Is.EqualTo(RecordProblem.None));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void An_older_document_is_never_accepted_again()
    {
        var first = Project.Document;
        var second = Project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var directory = new MemberDirectory(second);
        var advanced = false;
        directory.Advanced = _ => advanced = true;
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(first.Record)), Is.EqualTo(RecordProblem.Outdated));
            Assert.That(advanced, Is.False);
            Assert.That(directory.Project, Is.SameAs(second));
        });
    }

    [Test]
    public void A_second_document_of_one_version_is_an_alarm_and_does_not_replace_the_first()
    {
        var directory = new MemberDirectory(Project.Document);
        var advanced = false;
        directory.Advanced = _ => advanced = true;
        var fork = ProjectDocument.Sign(Project.Document.Claims with { Name = "fork" }, Project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(fork.Record)), Is.EqualTo(RecordProblem.Conflict));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments);
            Assert.That(directory.Project.Name, Is.EqualTo("test"));
        });
    }

    [Test]
    public void A_document_that_the_authority_did_not_sign_is_no_alarm()
    {
        using var mallory = SigningKey.Generate();
        var directory = new MemberDirectory(Project.Document);
        var advanced = false;
        directory.Advanced = _ => advanced = true;
        var forged = RawJws.Sign(RecordTypes.Project, Project.Document.Claims with { Version = Project.Document.Version + 1 }, RecordJson.Default.ProjectClaims, mallory);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(forged), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void A_credential_that_names_a_newer_document_than_ours_makes_us_outdated_until_we_have_it()
    {
        var directory = new MemberDirectory(Project.Document);
        var second = Project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        directory.Observe(Project.Join().Credential.Text);
        Assert.That(directory.IsOutdated);

        directory.Observe(TestProject.Parse(second.Record));
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsOutdated, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void A_forged_credential_does_not_make_us_outdated()
    {
        var member = Project.Join();
        var directory = new MemberDirectory(Project.Document);
        var forged = RawJws.Sign(
            RecordTypes.Credential, member.Credential.Claims with { Document = new DocumentReference(Project.Document.Version + 1, Project.Document.Reference.Hash) }, RecordJson.Default.CredentialClaims, member.Key);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(forged), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(directory.IsOutdated, Is.False);
        });
    }

    [Test]
    public void A_credential_that_names_another_document_of_our_version_is_an_alarm()
    {
        var directory = new MemberDirectory(Project.Document);
        directory.Observe(Project.Reissue(Project.Join(), claims => claims with { Document = claims.Document with { Hash = claims.Ticket } }));
        Assert.That(directory.HasConflictingDocuments);
    }

    [Test]
    public void A_document_that_an_earlier_credential_contradicts_is_an_alarm()
    {
        var directory = new MemberDirectory(Project.Document);
        directory.Observe(Project.Reissue(Project.Join(), claims => claims with { Document = new DocumentReference(Project.Document.Version + 1, claims.Ticket) }));
        Assert.That(directory.HasConflictingDocuments, Is.False, "nothing contradicts it yet");

        var second = Project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        directory.Observe(TestProject.Parse(second.Record));
        Assert.That(directory.HasConflictingDocuments);
    }

    // Credentials

    [Test]
    public void The_highest_serial_wins_in_any_order()
    {
        var member = Project.Join();
        var first = member.Credential.Text;
        Project.Clock.Advance(TimeSpan.FromHours(12));
        member.Renew();
        var second = member.Credential.Text;
        foreach (var order in (string[][])[[first, second], [second, first], [first, second, first]])
        {
            var directory = new MemberDirectory(Project.Document);
            foreach (var text in order)
                directory.Observe(text);
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(second));
        }
    }

    [Test]
    public void The_first_of_two_credentials_with_one_serial_stays()
    {
        var member = Project.Join();
        var directory = Project.DirectoryOf(member);
        directory.ObserveCredential(TestProject.Parse(Project.Reissue(member, claims => claims with { Exp = claims.Exp + 1 })), out var kept);
        Assert.Multiple(() =>
        {
            Assert.That(kept, Is.Null);
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(member.Credential.Text));
        });
    }

    [Test]
    public void Observing_tells_whether_anything_changed()
    {
        var member = Project.Join();
        var directory = new MemberDirectory(Project.Document);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Newest(member.Identifier), Is.Null);
            Assert.That(directory.ObserveCredential(TestProject.Parse(member.Credential.Text), out var kept), Is.EqualTo(RecordProblem.None));
            Assert.That(kept!.Subject, Is.EqualTo(member.Identifier));
            Assert.That(directory.ObserveCredential(TestProject.Parse(member.Credential.Text), out kept), Is.EqualTo(RecordProblem.None));
            Assert.That(kept, Is.Null);
            Assert.That(directory.Observe(member.Session("orders").Record), Is.EqualTo(RecordProblem.UnexpectedType));
            Assert.That(directory.NewestCredentials, Has.Count.EqualTo(1));
        });
    }
}
