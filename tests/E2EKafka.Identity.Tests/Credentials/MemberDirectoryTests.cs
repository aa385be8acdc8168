using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class MemberDirectoryTests
{
    private TestProject _project = null!;

    [SetUp]
    public void MakeProject() => _project = new TestProject();

    [TearDown]
    public void DisposeProject() => _project.Dispose();

    // Project documents

    [Test]
    public void A_newer_document_replaces_ours_also_where_versions_in_between_are_missing()
    {
        var directory = new MemberDirectory(_project.Document);
        _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var third = _project.Authority.Revoke(_project.Join().Identifier, RevocationKind.Departed);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(third.Record), out var advanced), Is.EqualTo(RecordProblem.None));
            Assert.That(advanced);
            Assert.That(directory.Project.Version, Is.EqualTo(3));
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void Our_own_document_again_changes_nothing()
    {
        var directory = new MemberDirectory(_project.Document);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(_project.Document.Record), out var advanced), Is.EqualTo(RecordProblem.None));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void An_older_document_is_never_accepted_again()
    {
        var first = _project.Document;
        var second = _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var directory = new MemberDirectory(second);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(first.Record), out var advanced), Is.EqualTo(RecordProblem.Outdated));
            Assert.That(advanced, Is.False);
            Assert.That(directory.Project, Is.SameAs(second));
        });
    }

    [Test]
    public void A_second_document_of_one_version_is_an_alarm_and_does_not_replace_the_first()
    {
        var directory = new MemberDirectory(_project.Document);
        var fork = ProjectDocument.Sign(_project.Document.Claims with { Name = "fork" }, _project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(TestProject.Parse(fork.Record), out var advanced), Is.EqualTo(RecordProblem.Conflict));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments);
            Assert.That(directory.Project.Name, Is.EqualTo("test"));
        });
    }

    [Test]
    public void A_document_that_the_authority_did_not_sign_is_no_alarm()
    {
        using var mallory = SigningKey.Generate();
        var directory = new MemberDirectory(_project.Document);
        var forged = RawJws.Sign(RecordTypes.Project, _project.Document.Claims with { Version = 2 }, RecordJson.Default.ProjectClaims, mallory);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(forged, out var advanced), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(advanced, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void A_credential_that_names_a_newer_document_than_ours_makes_us_outdated_until_we_have_it()
    {
        var directory = new MemberDirectory(_project.Document);
        var second = _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        directory.Observe(_project.Join().Credential.Text, out _);
        Assert.That(directory.IsOutdated);

        directory.Observe(TestProject.Parse(second.Record), out _);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsOutdated, Is.False);
            Assert.That(directory.HasConflictingDocuments, Is.False);
        });
    }

    [Test]
    public void A_forged_credential_does_not_make_us_outdated()
    {
        var member = _project.Join();
        var directory = new MemberDirectory(_project.Document);
        var forged = RawJws.Sign(
            RecordTypes.Credential, member.Credential.Claims with { Document = new DocumentReference(99, "x") }, RecordJson.Default.CredentialClaims, member.Key);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Observe(forged.Text, out _), Is.Null);
            Assert.That(directory.IsOutdated, Is.False);
        });
    }

    [Test]
    public void A_credential_that_names_another_document_of_our_version_is_an_alarm()
    {
        var directory = new MemberDirectory(_project.Document);
        directory.Observe(Reissue(_project.Join(), claims => claims with { Document = new DocumentReference(1, "fork") }), out _);
        Assert.That(directory.HasConflictingDocuments);
    }

    [Test]
    public void A_document_that_an_earlier_credential_contradicts_is_an_alarm()
    {
        var directory = new MemberDirectory(_project.Document);
        directory.Observe(Reissue(_project.Join(), claims => claims with { Document = new DocumentReference(2, "fork") }), out _);
        Assert.That(directory.HasConflictingDocuments, Is.False, "nothing contradicts it yet");

        var second = _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        directory.Observe(TestProject.Parse(second.Record), out _);
        Assert.That(directory.HasConflictingDocuments);
    }

    // Credentials

    [Test]
    public void The_highest_serial_wins_in_any_order()
    {
        var member = _project.Join();
        var first = member.Credential.Text;
        _project.Clock.Advance(TimeSpan.FromHours(12));
        member.Renew();
        var second = member.Credential.Text;
        Assert.That(member.Credential.Claims.Serial, Is.EqualTo(2));

        foreach (var order in (string[][])[[first, second], [second, first], [first, second, first]])
        {
            var directory = new MemberDirectory(_project.Document);
            foreach (var text in order)
                directory.Observe(text, out _);
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(second));
        }
    }

    [Test]
    public void Of_two_credentials_with_one_serial_the_first_stays()
    {
        var member = _project.Join();
        var directory = _project.DirectoryOf(member);
        directory.Observe(Reissue(member, claims => claims with { Exp = claims.Exp + 1 }), out var changed);
        Assert.Multiple(() =>
        {
            Assert.That(changed, Is.False);
            Assert.That(directory.Newest(member.Identifier)!.Text, Is.EqualTo(member.Credential.Text));
        });
    }

    [Test]
    public void Observing_tells_whether_anything_changed()
    {
        var member = _project.Join();
        var directory = new MemberDirectory(_project.Document);
        Assert.Multiple(() =>
        {
            Assert.That(directory.Newest(member.Identifier), Is.Null);
            Assert.That(directory.Observe(member.Credential.Text, out var changed)!.Subject, Is.EqualTo(member.Identifier));
            Assert.That(changed);
            Assert.That(directory.Observe(member.Credential.Text, out changed), Is.Not.Null);
            Assert.That(changed, Is.False);
            Assert.That(directory.Observe("x", out changed), Is.Null);
            Assert.That(changed, Is.False);
            Assert.That(directory.NewestCredentials, Has.Count.EqualTo(1));
        });
    }

    // Senders

    [Test]
    public void A_sender_is_who_the_authority_says_its_key_belongs_to()
    {
        var (alice, mallory) = (_project.Join(), _project.Join());
        var directory = _project.DirectoryOf();
        var now = _project.Now.ToUnixTimeSeconds();
        Assert.Multiple(() =>
        {
            Assert.That(Verify(alice.Key, alice.Identifier, alice.Credential.Text, now), Is.EqualTo(RecordProblem.None));
            Assert.That(Verify(mallory.Key, alice.Identifier, alice.Credential.Text, now), Is.EqualTo(RecordProblem.BadSignature), "another's key");
            Assert.That(Verify(mallory.Key, alice.Identifier, mallory.Credential.Text, now), Is.EqualTo(RecordProblem.UnknownSender), "another's name");
            Assert.That(Verify(mallory.Key, mallory.Identifier, alice.Credential.Text, now), Is.EqualTo(RecordProblem.UnknownSender), "another's credential");
            Assert.That(Verify(alice.Key, alice.Identifier, "", now), Is.EqualTo(RecordProblem.UnknownSender), "no credential");
            Assert.That(Verify(alice.Key, alice.Identifier, _project.Document.Record, now), Is.EqualTo(RecordProblem.UnknownSender), "no credential but a document");
            Assert.That(Verify(alice.Key, alice.Identifier, alice.Credential.Text, now, RecordTypes.KeyPackage), Is.EqualTo(RecordProblem.BadSignature), "another type");
        });

        RecordProblem Verify(SigningKey key, string member, string credential, long issuedAt, string type = RecordTypes.Grant)
        {
            var jws = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Grant, key), $$"""{"aud":"{{_project.Document.Id}}"}""", key));
            var sender = directory.VerifySender(jws, type, member, credential, issuedAt, out var problem);
            Assert.That(sender is null, Is.EqualTo(problem != RecordProblem.None));
            return problem;
        }
    }

    [Test]
    public void A_sender_signs_while_its_credential_is_valid()
    {
        var member = _project.Join();
        var directory = _project.DirectoryOf(member);
        var credential = member.Credential.Claims;
        Assert.Multiple(() =>
        {
            Assert.That(SentAt(directory, member.Key, member.Credential, credential.Iat - 120), Is.EqualTo(RecordProblem.None));
            Assert.That(SentAt(directory, member.Key, member.Credential, credential.Iat - 121), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(SentAt(directory, member.Key, member.Credential, credential.Exp - 1), Is.EqualTo(RecordProblem.None));
            Assert.That(SentAt(directory, member.Key, member.Credential, credential.Exp), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(SentAt(directory, member.Key, member.Credential, long.MaxValue), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(SentAt(directory, member.Key, member.Credential, long.MinValue), Is.EqualTo(RecordProblem.BadTimes));
        });
    }

    [Test]
    public void A_replaced_key_signs_no_more_though_its_credential_lives()
    {
        var member = _project.Join();
        using var rotated = SigningKey.Generate();
        var replaced = member.Credential.Claims.Iat + 3_600;
        var next = Reissue(member, claims => claims with { Serial = 2, Iat = replaced, Cnf = new ConfirmationKey(rotated.Public.Jwk) });
        var directory = _project.DirectoryOf(member);
        var newest = directory.Observe(next, out _)!;
        Assert.Multiple(() =>
        {
            Assert.That(SentAt(directory, member.Key, member.Credential, replaced - 1), Is.EqualTo(RecordProblem.None), "before");
            Assert.That(SentAt(directory, member.Key, member.Credential, replaced + 120), Is.EqualTo(RecordProblem.None), "within the clocks' skew");
            Assert.That(SentAt(directory, member.Key, member.Credential, replaced + 121), Is.EqualTo(RecordProblem.ReplacedKey), "after");
            Assert.That(SentAt(directory, rotated, newest, replaced + 121), Is.EqualTo(RecordProblem.None), "the new key");
            Assert.That(SentAt(directory, member.Key, newest, replaced + 121), Is.EqualTo(RecordProblem.BadSignature), "the old key with the new credential");
        });
    }

    [Test]
    public void A_renewed_credential_with_the_same_key_leaves_the_old_one_good()
    {
        var member = _project.Join();
        var old = member.Credential;
        _project.Clock.Advance(TimeSpan.FromHours(12));
        member.Renew();
        var directory = _project.DirectoryOf(member);
        Assert.That(SentAt(directory, member.Key, old, _project.Now.ToUnixTimeSeconds()), Is.EqualTo(RecordProblem.None));
    }

    // Permissions

    [Test]
    public void A_member_is_one_until_its_credential_ends_or_it_is_removed()
    {
        var (staying, leaving, stranger) = (_project.Join(), _project.Join(), _project.Join());
        _project.Authority.Revoke(leaving.Identifier, RevocationKind.Departed);
        var directory = _project.DirectoryOf(staying, leaving);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsMember(staying.Identifier, _project.Now));
            Assert.That(directory.IsMember(leaving.Identifier, _project.Now), Is.False);
            Assert.That(directory.IsMember(stranger.Identifier, _project.Now), Is.False, "nobody showed its credential");
            Assert.That(directory.IsMember(staying.Identifier, staying.Credential.ExpiresAt), Is.False);
        });
    }

    [Test]
    public void Policy_and_attributes_decide_who_may_produce_and_receive_now()
    {
        Permit(produce: Rule("orders", "shop"), consume: Rule("orders", "kitchen"));
        var (shop, kitchen, leaving) = (_project.Join(("role", "shop")), _project.Join(("role", "kitchen")), _project.Join(("role", "kitchen")));
        _project.Authority.Revoke(leaving.Identifier, RevocationKind.Departed);
        var directory = _project.DirectoryOf(shop, kitchen, leaving);
        Assert.Multiple(() =>
        {
            Assert.That(directory.MayProduce(shop.Identifier, "orders", _project.Now));
            Assert.That(directory.MayProduce(shop.Identifier, "payments", _project.Now), Is.False);
            Assert.That(directory.MayProduce(kitchen.Identifier, "orders", _project.Now), Is.False);
            Assert.That(directory.MayProduce(shop.Identifier, "orders", shop.Credential.ExpiresAt), Is.False);
            Assert.That(MayReceive(kitchen));
            Assert.That(MayReceive(shop), Is.False);
            Assert.That(MayReceive(leaving), Is.False);
            Assert.That(directory.MayReceive(kitchen.Identifier, "orders", _project.Now, kitchen.Credential.ExpiresAt), Is.False);
        });

        bool MayReceive(TestMember member) => directory.MayReceive(member.Identifier, "orders", _project.Now, _project.Now);
    }

    [Test]
    public void A_member_from_entry_gets_no_session_that_began_before_it_came_or_in_the_same_second()
    {
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", History = HistoryAccess.SinceEnrollment });
        _project.Clock.Advance(TimeSpan.FromMilliseconds(400));
        var member = _project.Join();
        var directory = _project.DirectoryOf(member);
        Assert.Multiple(() =>
        {
            Assert.That(MayReceive("orders", _project.Now.AddMinutes(-1)), Is.False);
            Assert.That(MayReceive("orders", TestProject.Start), Is.False, "the second is the same, the session was earlier");
            Assert.That(MayReceive("orders", _project.Now.AddSeconds(1)));
            Assert.That(MayReceive("payments", _project.Now.AddMinutes(-1)), "another topic's history is open");
        });

        bool MayReceive(string topic, DateTimeOffset began) => directory.MayReceive(member.Identifier, topic, began, _project.Now);
    }

    [Test]
    public void Renewal_does_not_move_a_members_entry()
    {
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", History = HistoryAccess.SinceEnrollment });
        var member = _project.Join();
        _project.Clock.Advance(TimeSpan.FromHours(12));
        member.Renew();
        Assert.That(_project.DirectoryOf(member).MayReceive(member.Identifier, "orders", TestProject.Start.AddHours(1), _project.Now));
    }

    [Test]
    public void An_archive_reader_gets_every_session_of_its_topic_while_it_is_a_member()
    {
        var (archive, other) = (_project.Join(), _project.Join());
        Permit(Rule("*"), consume: null, new TopicRequirements
        {
            Topic = "orders",
            History = HistoryAccess.SinceEnrollment,
            ArchiveReaders = [archive.Identifier],
        });
        var directory = _project.DirectoryOf(archive, other);
        var before = _project.Now.AddDays(-1);
        Assert.Multiple(() =>
        {
            Assert.That(directory.MayReceive(archive.Identifier, "orders", before, _project.Now));
            Assert.That(directory.MayReceive(archive.Identifier, "payments", before, _project.Now), Is.False, "another topic");
            Assert.That(directory.MayReceive(other.Identifier, "orders", before, _project.Now), Is.False, "another member");
            Assert.That(directory.MayReceive(archive.Identifier, "orders", before, archive.Credential.ExpiresAt), Is.False, "its credential ended");
        });

        _project.Authority.Revoke(archive.Identifier, RevocationKind.Departed);
        Assert.That(_project.DirectoryOf(archive).MayReceive(archive.Identifier, "orders", before, _project.Now), Is.False, "removed");
    }

    // Sessions under the current policy

    [Test]
    public void A_departed_members_earlier_sessions_are_honoured_and_no_later_one()
    {
        var producer = _project.Join();
        var earlier = producer.Session("orders").Announcement;
        _project.Clock.Advance(TimeSpan.FromMinutes(1));
        _project.Authority.Revoke(producer.Identifier, RevocationKind.Departed);
        var later = producer.Session("orders").Announcement;
        var directory = _project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(earlier.RefusalBy(directory), Is.Null);
            Assert.That(later.RefusalBy(directory), Is.EqualTo(FailureReason.ProducerRevoked));
        });
    }

    [Test]
    public void Nothing_that_a_compromised_member_ever_sent_is_honoured()
    {
        var producer = _project.Join();
        var earlier = producer.Session("orders").Announcement;
        _project.Clock.Advance(TimeSpan.FromHours(1));
        _project.Authority.Revoke(producer.Identifier, RevocationKind.Departed);
        _project.Authority.Revoke(producer.Identifier, RevocationKind.Compromised);
        Assert.That(earlier.RefusalBy(_project.DirectoryOf(producer)), Is.EqualTo(FailureReason.ProducerRevoked));
    }

    [Test]
    public void The_current_policy_judges_old_sessions_too()
    {
        var producer = _project.Join(("role", "shop"));
        var signed = producer.Session("orders").Announcement;
        var group = producer.Session("orders", MessageAuthentication.Shared).Announcement;
        var producerDemanded = _project.DirectoryOf(producer);
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", Authentication = MessageAuthentication.Shared });
        var groupAllowed = _project.DirectoryOf(producer);
        Permit(Rule("orders", "kitchen"), Rule("*"));
        var nobodysShop = _project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(signed.RefusalBy(producerDemanded), Is.Null);
            Assert.That(group.RefusalBy(producerDemanded), Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(group.RefusalBy(groupAllowed), Is.Null);
            Assert.That(signed.RefusalBy(groupAllowed), Is.Null, "more than is demanded");
            Assert.That(signed.RefusalBy(nobodysShop), Is.EqualTo(FailureReason.ProducerDenied));
            Assert.That(signed.RefusalBy(_project.DirectoryOf()), Is.EqualTo(FailureReason.ProducerDenied), "a producer that nobody knows");
        });
    }

    [Test]
    public void A_session_outlives_its_producers_credential_in_what_it_was_allowed_to_send()
    {
        var producer = _project.Join();
        var session = producer.Session("orders").Announcement;
        _project.Clock.Advance(TimeSpan.FromDays(5));
        var directory = _project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsMember(producer.Identifier, _project.Now), Is.False);
            Assert.That(session.RefusalBy(directory), Is.Null);
        });
    }

    private static PolicyRule Rule(string topic, string? role = null) => new()
    {
        Topics = [topic],
        Attributes = role is null ? [] : new Dictionary<string, IReadOnlyList<string>> { ["role"] = [role] },
    };

    private void Permit(PolicyRule produce, PolicyRule? consume, params TopicRequirements[] topics) =>
        _project.Authority.SetPolicy(new Policy { Produce = [produce], Consume = consume is null ? [] : [consume], Topics = topics });

    /// <summary>A credential that the authority signed with other claims.</summary>
    private string Reissue(TestMember member, Func<CredentialClaims, CredentialClaims> change) => RawJws.Sign(
        RecordTypes.Credential, change(member.Credential.Claims), RecordJson.Default.CredentialClaims, _project.AuthorityKey).Text;

    private RecordProblem SentAt(MemberDirectory directory, SigningKey key, Credential credential, long issuedAt)
    {
        var jws = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Grant, key), $$"""{"aud":"{{_project.Document.Id}}"}""", key));
        directory.VerifySender(jws, RecordTypes.Grant, credential.Subject, credential.Text, issuedAt, out var problem);
        return problem;
    }
}
