using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class AuthorityVaultTests : AuthorityFixture
{
    [Test]
    public void An_authority_survives_a_restart()
    {
        var member = Project.Join();
        var ticket = Project.Ticket();
        Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        using var restarted = Open(Project.Vault);
        var key = NewKey();
        var request = AuthorityRequest.Create(restarted.Document, key.Public.Thumbprint, key, ticket, Project.Now);
        Assert.Multiple(() =>
        {
            Assert.That(restarted.Document.Reference, Is.EqualTo(Project.Document.Reference));
            Assert.That(restarted.ListMembers().Select(member => member.Identifier), Is.EqualTo([member.Identifier]));
            Assert.That(Project.CredentialIn(restarted.Answer(request)), Is.Not.Null);
        });
    }

    [Test]
    public void A_vault_has_one_authority()
    {
        using var empty = new MemoryVault();
        Assert.Multiple(() =>
        {
            Assert.That(ProjectAuthority.Exists(Project.Vault));
            Assert.That(ProjectAuthority.Exists(empty), Is.False);
            Assert.That(
                () => ProjectAuthority.Create(Project.Vault, Project.Clock, TestProject.CredentialLifetime, "again", Project.Document.Control),
                Refused.With(FailureReason.ProjectInvalid));
            Assert.That(() => Open(empty), Refused.With(FailureReason.VaultCorrupt));
        });
    }

    [TestCase("signing")]
    [TestCase("sealing")]
    [TestCase("document")]
    public void An_authority_that_is_not_whole_does_not_open(string name)
    {
        using var other = new TestProject();
        using var missing = CopyOf(Project.Vault);
        using var foreign = CopyOf(Project.Vault);
        using var delete = new VaultBatch();
        using var replace = new VaultBatch();
        missing.Write(delete.Delete("authority", name));
        foreign.Write(replace.Put("authority", name, other.Vault.Read("authority", name)));
        Assert.Multiple(() =>
        {
            Assert.That(() => Open(missing), Refused.With(FailureReason.VaultCorrupt), "missing");
            Assert.That(() => Open(foreign), Refused.With(FailureReason.VaultCorrupt), "another project's");
        });
    }

    [Test]
    public void A_lifetime_that_no_reader_would_accept_is_refused_where_it_is_set()
    {
        foreach (var lifetime in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(31) + TimeSpan.FromTicks(1)])
        {
            using var vault = new MemoryVault();
            Assert.That(
                () => ProjectAuthority.Create(vault, Project.Clock, lifetime, "test", Project.Document.Control),
                Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(ProjectAuthority.Exists(vault), Is.False);
        }
    }

    [Test]
    public void The_vault_has_a_tickets_hash_and_never_its_secret()
    {
        var ticket = Project.Ticket();
        Enroll(NewKey(), ticket);
        var stored = ContentOf(Project.Vault).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(stored.Any(text => text.Contains(EnrollmentTicket.HashOf(ticket.Secret), StringComparison.Ordinal)));
            foreach (var text in stored)
                AssertHasNot(text, ticket);
        });
    }

    [Test]
    public void No_record_that_is_published_has_a_tickets_secret()
    {
        var (key, ticket) = (NewKey(), Project.Ticket());
        var request = Request(key, ticket);
        var credential = Authority.Answer(request)!;
        var refusal = Authority.Answer(Request(NewKey(), ticket))!;
        Assert.Multiple(() =>
        {
            foreach (var record in (string[])[request.Text, credential, refusal, Project.Document.Record])
            {
                AssertHasNot(record, ticket);
                AssertHasNot(RawJws.PayloadOf(record), ticket);
            }

            var sealedPart = request.ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!.Sealed;
            Assert.That(sealedPart.AsSpan().IndexOf(ticket.Secret), Is.Negative);
        });
    }

    [Test]
    public void Only_the_authority_can_open_what_is_sealed_to_it()
    {
        var request = AuthorityRequest.TryVerify(Request(NewKey(), Project.Ticket()), Project.Document.Id)!;
        using var authority = HpkePrivateKey.TryRestore(Project.Vault.Read("authority", "sealing"))!;
        using var other = HpkeKem.Default.Generate();
        Assert.Multiple(() =>
        {
            Assert.That(request.TryOpen(authority)?.Ticket, Has.Length.EqualTo(32));
            Assert.That(request.TryOpen(other), Is.Null);
        });
    }

    [Test]
    public void A_restored_backup_forgets_nothing_once_it_has_read_the_log()
    {
        // What happened before the backup.
        var ticket = Project.Ticket(uses: 2, lifetime: TimeSpan.FromDays(2));
        var before = NewKey();
        List<string> log = [Project.Document.Record, Authority.Answer(Request(before, ticket))!];
        using var backup = CopyOf(Project.Vault);

        // What happened after it.
        var after = NewKey();
        log.Add(Authority.Answer(Request(after, ticket))!);
        var removed = NewKey();
        log.Add(Authority.Answer(Request(removed, Project.Ticket()))!);
        Authority.TakeUnpublished();
        Authority.Revoke(removed.Public.Thumbprint, RevocationKind.Compromised);
        log.AddRange(Authority.TakeUnpublished());
        Project.Clock.Advance(TimeSpan.FromHours(12));
        log.Add(Authority.Answer(Request(before, ticket: null))!);
        log.Add(Authority.Answer(Request(NewKey(), ticket: null))!); // a refusal

        using var restored = Open(backup);
        foreach (var record in (string[])[.. log, .. log]) // twice: a log may be read again
            restored.Recover(TestProject.Parse(record));
        restored.EndRecovery();

        var renewed = Project.CredentialIn(restored.Answer(Request(before, ticket: null)))!;
        var usedUp = Request(NewKey(), ticket);
        var dead = Request(removed, ticket: null);
        Assert.Multiple(() =>
        {
            Assert.That(restored.Document.Reference, Is.EqualTo(Project.Document.Reference), "the document");
            Assert.That(renewed.Text, Is.EqualTo(log[^2]), "the serial, and the answer");
            Assert.That(Project.RefusalIn(restored.Answer(usedUp), usedUp), Is.EqualTo(FailureReason.TicketUsedUp), "the ticket's uses");
            Assert.That(Project.RefusalIn(restored.Answer(dead), dead), Is.EqualTo(FailureReason.Revoked), "the removal");
            Assert.That(restored.ListMembers().Select(member => member.Identifier), Is.EquivalentTo(Authority.ListMembers().Select(member => member.Identifier)), "the members");
            Assert.That(Project.CredentialIn(restored.Answer(Request(after, ticket))), Is.Not.Null, "who enrolled is answered as before");
        });
    }

    [Test]
    public void A_restored_backup_counts_each_use_once_in_whatever_order_it_reads_the_log()
    {
        var ticket = Project.Ticket(uses: 2);
        var key = NewKey();
        using var newestFirst = CopyOf(Project.Vault);
        using var oldestFirst = CopyOf(Project.Vault);
        var first = Authority.Answer(Request(key, ticket))!;
        Project.Clock.Advance(TimeSpan.FromMinutes(9));
        Authority.SetPolicy(new Policy { Produce = [], Consume = [] });
        var second = Authority.Answer(Request(key, ticket))!;
        Assert.That(second, Is.Not.EqualTo(first));

        AssertOneUseIsLeft(oldestFirst, Project.Document.Record, first, second);
        AssertOneUseIsLeft(newestFirst, Project.Document.Record, second, first);

        void AssertOneUseIsLeft(MemoryVault backup, params string[] log)
        {
            using var restored = Open(backup);
            foreach (var record in log)
                restored.Recover(TestProject.Parse(record));
            restored.EndRecovery();

            var third = Request(NewKey(), ticket);
            Assert.Multiple(() =>
            {
                Assert.That(restored.Answer(Request(key, ticket: null)), Is.EqualTo(second), "the newest credential stays the newest");
                Assert.That(Project.CredentialIn(restored.Answer(Request(NewKey(), ticket))), Is.Not.Null);
                Assert.That(Project.RefusalIn(restored.Answer(third), third), Is.EqualTo(FailureReason.TicketUsedUp));
            });
        }
    }

    [Test]
    public void Recovery_takes_nothing_that_the_authority_did_not_sign()
    {
        using var other = new TestProject();
        var mallory = NewKey();
        var before = Project.Document;
        var member = Project.Join();
        var forged = member.Credential.Claims with { Serial = member.Credential.Claims.Serial + 9, Attributes = new Dictionary<string, string> { ["role"] = "admin" } };
        Authority.Recover(TestProject.Parse(other.Authority.SetPolicy(new Policy { Produce = [], Consume = [] }).Record));
        Authority.Recover(TestProject.Parse(other.Join().Credential.Text));
        Authority.Recover(RawJws.Sign(RecordTypes.Credential, forged, RecordJson.Default.CredentialClaims, mallory));
        Authority.Recover(RawJws.Sign(RecordTypes.Credential, forged, RecordJson.Default.CredentialClaims, member.Key));
        Authority.Recover(RawJws.Sign(RecordTypes.Project, before.Claims with { Version = before.Version + 1 }, RecordJson.Default.ProjectClaims, mallory));
        Authority.Recover(member.Session("orders").Record);
        Authority.EndRecovery();
        Assert.Multiple(() =>
        {
            Assert.That(Project.Document, Is.SameAs(before));
            Assert.That(Authority.ListMembers().Select(member => member.Identifier), Is.EqualTo([member.Identifier]));
            Assert.That(Authority.ListMembers().Single().Attributes, Is.Empty);
        });
    }

    [Test]
    public void An_authority_that_serves_is_stopped_by_a_credential_that_it_did_not_issue([Values] bool isOfAMember)
    {
        var member = Project.Join();
        var claims = member.Credential.Claims;
        var forged = isOfAMember ? claims with { Serial = claims.Serial + 1 } : claims with { Sub = NewKey().Public.Thumbprint };
        var members = Authority.ListMembers().Count;
        Authority.Watch(TestProject.Parse(member.Credential.Text));

        Assert.That(
            () => Authority.Watch(RawJws.Sign(RecordTypes.Credential, forged, RecordJson.Default.CredentialClaims, Project.AuthorityKey)),
            Refused.With(FailureReason.VaultCorrupt, "key was stolen"));
        Assert.That(Authority.ListMembers(), Has.Count.EqualTo(members), "it takes nothing over");
        Assert.That(Project.CredentialIn(Authority.Answer(Request(member.Key, ticket: null)))!.Text, Is.EqualTo(member.Credential.Text));
    }

    private ProjectAuthority Open(MemoryVault vault) => ProjectAuthority.Open(vault, Project.Clock, TestProject.CredentialLifetime);

    /// <summary>All names and values, byte for byte.</summary>
    private static IEnumerable<string> ContentOf(MemoryVault vault) =>
        from collection in Collections
        from pair in vault.List(collection)
        select pair.Key + " " + Encoding.Latin1.GetString(pair.Value);

    private static void AssertHasNot(string text, EnrollmentTicket ticket)
    {
        foreach (var spelling in Spellings.Of(ticket.Secret).Append(ticket.Encode()))
            Assert.That(text, Does.Not.Contain(spelling));
    }
}
