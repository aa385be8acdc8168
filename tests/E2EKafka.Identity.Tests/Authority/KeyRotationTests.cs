using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Rules 14 to 16: what a replaced key, of a member or of the authority, is worth from then on: nothing.</summary>
public sealed class KeyRotationTests : AuthorityFixture
{
    // The authority's key

    [Test]
    public void The_key_change_comes_first_then_every_credential_then_the_document()
    {
        var members = new[] { Project.Join(), Project.Join() };
        Authority.TakeUnpublished();
        var document = Authority.RotateKeys();
        var records = Authority.TakeUnpublished();
        Assert.Multiple(() =>
        {
            Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])
                [RecordTypes.KeyChange, RecordTypes.Credential, RecordTypes.Credential, RecordTypes.Project]));
            Assert.That(records[0], Is.EqualTo(document.Claims.Authority.Changes.Single()));
            Assert.That(
                records.Skip(1).Take(2).Select(record => Credential.TryVerify(Jws.TryParse(record)!, document)!.Claims.Serial),
                Is.EquivalentTo(members.Select(member => member.Credential.Claims.Serial)), "the same claims, by the new key");
        });
    }

    [Test]
    public void Nothing_changes_for_readers_until_the_document_and_then_everything_at_once()
    {
        var member = Project.Join();
        var directory = Project.DirectoryOf(member);
        Authority.TakeUnpublished();
        Authority.RotateKeys();
        var records = Authority.TakeUnpublished();
        foreach (var record in records.SkipLast(1))
        {
            Assert.That(directory.Observe(record), Is.EqualTo(RecordProblem.None));
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(member.Credential.Text));
        }

        directory.Observe(records[^1]);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(records[1]));
            Assert.That(directory.IsMember(member.Identifier, Project.Now));
        });
    }

    [Test]
    public void A_replaced_key_of_the_authority_makes_no_member_and_no_alarm()
    {
        var member = Project.Join();
        var stolen = Project.AuthorityKey;
        var directory = Project.DirectoryOf(member);
        Authority.TakeUnpublished();
        Authority.RotateKeys();
        foreach (var record in Authority.TakeUnpublished())
            directory.Observe(record);

        var claims = member.Credential.Claims;
        var forged = claims with
        {
            Serial = claims.Serial + 1_000,
            Attributes = new Dictionary<string, string> { ["role"] = "admin" },
            Document = new DocumentReference(int.MaxValue, claims.Document.Hash),
        };
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(Jws.Sign(RecordTypes.Credential, stolen, forged, RecordJson.Default.CredentialClaims)), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(directory.Observe(member.Credential.Text), Is.EqualTo(RecordProblem.UnknownSender), "what it signed before counts no more");
            Assert.That(directory.IsOutdated, Is.False);
            Assert.That(directory.Newest(member.Identifier)!.Attributes, Is.Empty);
        });
    }

    [Test]
    public void Credentials_by_a_key_that_nothing_announced_do_not_count()
    {
        var member = Project.Join();
        using var stranger = SigningKey.Generate();
        var directory = new MemberDirectory(Project.Document);
        var change = KeyChange.Create(Project.Document.Id, Project.Document.Authority, stranger, stranger.Public, Project.Now);
        var ofMember = KeyChange.Create(Project.Document.Id, member.Identifier, member.Key, stranger.Public, Project.Now);
        var credential = Jws.Sign(RecordTypes.Credential, stranger, member.Credential.Claims, RecordJson.Default.CredentialClaims);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(change), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(directory.Observe(ofMember), Is.EqualTo(RecordProblem.UnknownSender), "a member's change is no change of the authority");
            Assert.That(directory.Observe(credential), Is.EqualTo(RecordProblem.UnknownSender));
        });
    }

    [Test]
    public void A_thief_that_announces_a_key_of_its_own_takes_nothing_from_the_authoritys()
    {
        var member = Project.Join();
        var (thief, mine, directory) = (Project.AuthorityKey, NewKey(), Project.DirectoryOf(member));
        var claims = member.Credential.Claims;
        Authority.TakeUnpublished();
        Authority.RotateKeys();
        var records = Authority.TakeUnpublished();
        Announce();
        foreach (var record in records.SkipLast(1))
        {
            directory.Observe(record);
            Announce();
        }

        directory.Observe(records[^1]);
        Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(records[1]));

        void Announce()
        {
            var key = NewKey();
            directory.Observe(KeyChange.Create(Project.Document.Id, Project.Document.Authority, thief, key.Public, Project.Now));
            directory.Observe(Jws.Sign(RecordTypes.Credential, key, claims with { Serial = claims.Serial + 9, Cnf = new ConfirmationKey(mine.Public.Jwk) }, RecordJson.Default.CredentialClaims));
        }
    }

    [Test]
    public void Announced_keys_have_a_bound()
    {
        var directory = new MemberDirectory(Project.Document);
        for (var i = 0; i < AuthorityKeyChain.MaxChanges; i++)
            Assert.That(directory.Observe(Announcement()), Is.EqualTo(RecordProblem.None));
        Assert.That(directory.Observe(Announcement()), Is.EqualTo(RecordProblem.OverBudget));

        string Announcement() => KeyChange.Create(Project.Document.Id, Project.Document.Authority, Project.AuthorityKey, NewKey().Public, Project.Now);
    }

    [Test]
    public void A_reader_that_is_two_changes_behind_follows_both([Values] bool hasBothDocuments)
    {
        var member = Project.Join();
        var directory = Project.DirectoryOf(member);
        Authority.TakeUnpublished();
        Authority.RotateKeys();
        var first = Authority.TakeUnpublished();
        Authority.Revoke(NewKey().Public.Thumbprint, RevocationKind.Departed);
        var removal = Authority.TakeUnpublished();
        Authority.RotateKeys();
        var second = Authority.TakeUnpublished();
        List<string> withheld = hasBothDocuments ? [] : [first[^1], removal[^1]];

        var problems = first.Concat(removal).Concat(second).Except(withheld).Select(record => directory.Observe(record)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(problems, Is.All.EqualTo(RecordProblem.None), "the removals are signed by the key between");
            Assert.That(directory.Project.Reference, Is.EqualTo(Project.Document.Reference));
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(second[1]));
        });
    }

    [Test]
    public void What_a_key_announced_stays_when_it_is_put_in_force_and_what_others_announced_goes()
    {
        var member = Project.Join();
        var (directory, thief, stolen) = (Project.DirectoryOf(member), Project.AuthorityKey, NewKey());
        Authority.TakeUnpublished();
        Authority.RotateKeys();
        var first = Authority.TakeUnpublished();
        Authority.RotateKeys();
        var second = Authority.TakeUnpublished();
        directory.Observe(first[0]);
        directory.Observe(second[0]);
        directory.Observe(KeyChange.Create(Project.Document.Id, Project.Document.Authority, thief, stolen.Public, Project.Now));
        directory.Observe(second[1]);
        directory.Observe(first[^1]);
        var (forged, theirs) = (member.Credential.Claims, directory.Newest(member.Identifier));
        var ofThief = directory.Observe(Jws.Sign(RecordTypes.Credential, stolen, forged, RecordJson.Default.CredentialClaims));
        directory.Observe(second[^1]);

        Assert.Multiple(() =>
        {
            Assert.That(theirs, Is.Null, "its credential by the first key was withheld");
            Assert.That(ofThief, Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(second[1]));
        });
    }

    [Test]
    public void A_document_that_waits_for_its_removals_is_not_overtaken_by_a_replaced_key()
    {
        var directory = new MemberDirectory(Project.Document);
        var (before, thief) = (Project.Document.Claims, Project.AuthorityKey);
        Authority.TakeUnpublished();
        Authority.Revoke(NewKey().Public.Thumbprint, RevocationKind.Compromised);
        var removals = Authority.TakeUnpublished()[0];
        Authority.RotateKeys();
        var document = Authority.TakeUnpublished()[^1];
        directory.Observe(document);
        var problem = directory.Observe(ProjectDocument.Sign(before with { Version = Project.Document.Version + 1 }, thief).Record);
        directory.Observe(removals);

        Assert.That(problem, Is.EqualTo(RecordProblem.Malformed));
        Assert.That(directory.Project.Reference, Is.EqualTo(Project.Document.Reference));
    }

    // A member's key

    [Test]
    public void A_change_of_key_rules_the_older_credentials_out_and_says_so_after_the_new_one()
    {
        var member = Project.Join();
        var directory = Project.DirectoryOf(member);
        Authority.TakeUnpublished();
        var credential = ChangeKey(member, NewKey())!;
        var records = Authority.TakeUnpublished();
        Assert.Multiple(() =>
        {
            Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])[RecordTypes.Project]));
            Assert.That(Project.Document.LowestSerialOf(member.Identifier), Is.EqualTo(credential.Claims.Serial));
        });

        // A broker that withholds the credential gives the old key nothing.
        directory.Observe(records[0]);
        Assert.That(directory.Newest(member.Identifier), Is.Null);
        Assert.That(directory.Observe(member.Credential.Text), Is.EqualTo(RecordProblem.Outdated));
        Assert.That(directory.Observe(credential.Text), Is.EqualTo(RecordProblem.None));
        Assert.That(directory.Newest(member.Identifier)!.Key.Thumbprint, Is.EqualTo(credential.Key.Thumbprint));
    }

    [Test]
    public void A_member_replaces_its_key_once_an_hour()
    {
        var member = Project.Join();
        var (second, third) = (NewKey(), NewKey());
        Assert.That(ChangeKey(member, second), Is.Not.Null);
        Project.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.That(Authority.Answer(Change(member, second, third)), Is.Null, "no refusal: it asks again");
        Project.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Project.CredentialIn(Authority.Answer(Change(member, second, third)))?.Key.Thumbprint, Is.EqualTo(third.Public.Thumbprint));
    }

    [Test]
    public void A_change_of_key_of_a_member_never_seen_loses_every_topic_once()
    {
        var directory = new MemberDirectory(Project.Document);
        var losses = 0;
        directory.Lost = isLost => losses += isLost("any") ? 1 : 0;
        ChangeKey(Project.Join(), NewKey());
        directory.Observe(Project.Document.Record);
        Assert.That(losses, Is.EqualTo(1));
        directory.Observe(Authority.SetPolicy(Policy.AnyMember).Record);
        Assert.That(losses, Is.EqualTo(1));
    }

    // An authority that was restored from a backup

    [Test]
    public void A_change_to_a_key_that_the_vault_lacks_stops_a_restored_authority()
    {
        using var next = SigningKey.Generate();
        var change = KeyChange.Create(Project.Document.Id, Project.Document.Authority, Project.AuthorityKey, next.Public, Project.Now);
        Assert.That(() => Authority.Recover(TestProject.Parse(change)), Refused.With(FailureReason.VaultCorrupt, "newer backup"));
    }

    [Test]
    public void A_credential_for_another_key_that_a_restored_authority_finds_gets_its_narrowing()
    {
        var member = Project.Join();
        using var next = SigningKey.Generate();
        var found = Project.Reissue(member, claims => claims with { Serial = claims.Serial + 5, Cnf = new ConfirmationKey(next.Public.Jwk) });
        Authority.Recover(TestProject.Parse(found));
        Authority.EndRecovery();
        Assert.That(Project.Document.LowestSerialOf(member.Identifier), Is.EqualTo(member.Credential.Claims.Serial + 5));
    }

    [Test]
    public void A_document_whose_removals_are_gone_stops_a_restored_authority()
    {
        var hash = Project.Document.Id; // of a record that there is not
        var document = ProjectDocument.Sign(Project.Document.Claims with { Version = Project.Document.Version + 1, Revocations = [hash] }, Project.AuthorityKey);
        Authority.Recover(TestProject.Parse(document.Record));
        Assert.That(Authority.EndRecovery, Refused.With(FailureReason.VaultCorrupt, "removed members"));
    }

    [Test]
    public void A_removed_member_stays_refused_when_the_document_needs_not_name_it_any_more([Values] bool hasEnrolled)
    {
        var (key, ticket) = (NewKey(), Project.Ticket(uses: 2, lifetime: TimeSpan.FromDays(60)));
        if (hasEnrolled)
            Enroll(key, ticket);
        Authority.Revoke(key.Public.Thumbprint, RevocationKind.Departed);
        Project.Clock.Advance(TimeSpan.FromDays(31 + 1 + 7) + TimeSpan.FromSeconds(1));
        Authority.SetPolicy(Policy.AnyMember);
        Assert.Multiple(() =>
        {
            Assert.That(Project.Document.Claims.Revocations, Is.Empty, "nothing of it can be opened any more");
            Assert.That(RefusalOf(key, ticket: null), Is.EqualTo(FailureReason.Revoked));
            Assert.That(RefusalOf(key, ticket), Is.EqualTo(FailureReason.Revoked));
            Assert.That(Authority.ListMembers().Select(member => member.Revoked), Is.EqualTo(hasEnrolled ? [RevocationKind.Departed] : Array.Empty<RevocationKind?>()));
        });
    }

    [Test]
    public void Policy_that_keeps_keys_longer_brings_back_the_removals_that_it_needs()
    {
        var (early, late) = (NewKey(), NewKey());
        Authority.Revoke(early.Public.Thumbprint, RevocationKind.Departed);
        Project.Clock.Advance(TimeSpan.FromDays(200));
        Authority.Revoke(late.Public.Thumbprint, RevocationKind.Compromised);
        Project.Clock.Advance(TimeSpan.FromDays(40));
        Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "x" }] });
        Assert.That(Project.Document.Claims.Revocations, Is.Empty);
        Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "orders", KeyRetention = TimeSpan.FromDays(60) }] });
        var sixtyDays = Kind(late);
        Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "orders", KeyRetention = TimeSpan.FromDays(3_000) }] });

        Assert.Multiple(() =>
        {
            Assert.That(sixtyDays, Is.EqualTo(RevocationKind.Compromised));
            Assert.That(Kind(late), Is.EqualTo(RevocationKind.Compromised));
            Assert.That(Kind(early), Is.EqualTo(RevocationKind.Departed));
        });

        RevocationKind? Kind(SigningKey key) => Project.Document.RevocationOf(key.Public.Thumbprint)?.Kind;
    }

    [Test]
    public void A_restored_authority_remembers_a_removal_that_the_document_drops_later()
    {
        var key = NewKey();
        Enroll(key, Project.Ticket());
        using var backup = CopyOf(Project.Vault);
        Authority.TakeUnpublished();
        Authority.Revoke(key.Public.Thumbprint, RevocationKind.Departed);
        using var restored = ProjectAuthority.Open(backup, Project.Clock, TestProject.CredentialLifetime);
        foreach (var record in Authority.TakeUnpublished())
            restored.Recover(TestProject.Parse(record));
        restored.EndRecovery();
        Project.Clock.Advance(TimeSpan.FromDays(40));
        restored.SetPolicy(Policy.AnyMember);
        var request = Request(key, ticket: null);
        Assert.Multiple(() =>
        {
            Assert.That(restored.Document.Claims.Revocations, Is.Empty);
            Assert.That(Project.RefusalIn(restored.Answer(request), request), Is.EqualTo(FailureReason.Revoked));
        });
    }

    // Tickets

    [Test]
    public void A_ticket_waits_for_the_document_that_it_was_made_under()
    {
        var older = Project.Document;
        Authority.SetPolicy(Policy.AnyMember);
        var ticket = Project.Ticket();
        Assert.Multiple(() =>
        {
            Assert.That(() => ticket.Check(older, Project.Now), Refused.With(FailureReason.ProjectOutdated, $"{older.Version}"));
            Assert.That(() => ticket.Check(Project.Document, Project.Now), Throws.Nothing);
        });
    }

    [Test]
    public void A_ticket_refuses_a_document_that_does_not_continue_its_key()
    {
        var stolen = Project.AuthorityKey;
        var before = Project.Document;
        Authority.RotateKeys();
        var ticket = Project.Ticket();
        var forged = ProjectDocument.Sign(before.Claims with { Version = Project.Document.Version + 9 }, stolen);
        Assert.Multiple(() =>
        {
            Assert.That(() => ticket.Check(forged, Project.Now), Refused.With(FailureReason.ProjectInvalid, "stolen"));
            Assert.That(() => ticket.Check(Authority.RotateKeys(), Project.Now), Throws.Nothing, "a later key of the same chain");
        });
    }

    [Test]
    public void A_credential_names_the_request_that_it_answers()
    {
        var request = Request(NewKey(), Project.Ticket());
        Assert.That(Project.CredentialIn(Authority.Answer(request))!.Claims.Request, Is.EqualTo(request.Hash));
    }

    private Credential? ChangeKey(TestMember member, SigningKey next) => Project.CredentialIn(Authority.Answer(Change(member, member.Key, next)));

    private Jws Change(TestMember member, SigningKey from, SigningKey to) =>
        AuthorityRequest.CreateKeyChange(Project.Document, member.Identifier, from, to, Project.Now);
}
