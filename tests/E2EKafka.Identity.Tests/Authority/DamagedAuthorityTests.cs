using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>An authority that does not know all that it knew decides nothing, and no other takes its place.</summary>
public sealed class DamagedAuthorityTests : AuthorityFixture
{
    private readonly VaultKey _key = VaultProcess.Key();
    private TemporaryFolder _folder = null!;

    private string FilePath => _folder["authority.vault"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_damaged_entry_of_any_kind_ends_the_start([Values("collection", "name", "value")] string column)
    {
        MakeHistory();
        var entries = Store();
        Assert.That(entries.Select(entry => entry.Split('/')[0]).Distinct(), Is.EquivalentTo(Collections));
        Assert.That(entries, Does.Contain("authority/previous-sealing"));
        var intact = File.ReadAllBytes(FilePath);
        using (var whole = SqliteVault.Open(FilePath, _key))
            Open(whole).Dispose();

        foreach (var entry in entries)
        {
            File.WriteAllBytes(FilePath, intact);
            VaultRows.FlipBit(FilePath, entry, column, 1);
            var rows = VaultRows.In(FilePath);
            using (var vault = SqliteVault.Open(FilePath, _key))
            {
                var shown = vault.Unreadable.Single();
                Assert.Multiple(() =>
                {
                    foreach (var words in (string[])["1 of its entries cannot be read", shown, FilePath, "Restore it from a backup"])
                    {
                        Assert.That(() => Open(vault), Refused.With(FailureReason.VaultCorrupt, words), entry);
                        Assert.That(() => ProjectAuthority.Exists(vault), Refused.With(FailureReason.VaultCorrupt, words), entry);
                        Assert.That(() => Create(vault), Refused.With(FailureReason.VaultCorrupt, words), entry);
                    }
                });
            }

            Assert.That(VaultRows.In(FilePath), Is.EqualTo(rows), entry);
        }
    }

    [Test]
    public void The_first_of_many_damaged_entries_are_named()
    {
        for (var index = 0; index < 7; index++)
            Project.Ticket();
        Store();
        VaultRows.Execute(FilePath, $"UPDATE entries SET value = zeroblob(40) WHERE collection = 'tickets'");

        using var vault = SqliteVault.Open(FilePath, _key);
        foreach (var words in (string[])["7 of its entries cannot be read", .. vault.Unreadable.Take(5), " and others"])
            Assert.That(() => Open(vault), Refused.With(FailureReason.VaultCorrupt, words));
        Assert.That(() => Open(vault), Throws.InstanceOf<EndToEndKafkaException>().With.Message.Not.Contains(vault.Unreadable.Last()));
    }

    [Test]
    public void No_project_is_made_over_a_damaged_one()
    {
        using var vault = new DamagedVault(Project.Vault);
        vault.Damage("authority", "document");
        Assert.That(() => ProjectAuthority.Exists(vault), Refused.With(FailureReason.VaultCorrupt, "authority/document"));
        Assert.That(() => Create(vault), Refused.With(FailureReason.VaultCorrupt, "authority/document"));
    }

    [Test]
    public void Damage_that_shows_while_an_authority_runs_stops_its_answers()
    {
        var (key, ticket) = (NewKey(), Project.Ticket());
        Enroll(key, ticket);
        Authority.Revoke(key.Public.Thumbprint, RevocationKind.Departed);
        foreach (var (collection, name) in new[]
                 {
                     ("removed", key.Public.Thumbprint),
                     ("members", key.Public.Thumbprint),
                     ("tickets", EnrollmentTicket.HashOf(ticket.Secret)),
                 })
        {
            using var vault = new DamagedVault(Project.Vault);
            using var authority = Open(vault);
            Assert.That(vault.List(collection), Does.ContainKey(name));
            vault.Damage(collection, name);
            Assert.Multiple(() =>
            {
                Assert.That(() => authority.Answer(Request(key, ticket)), Refused.With(FailureReason.VaultCorrupt, $"{collection}/{name}"));
                Assert.That(() => authority.ListMembers(), Refused.With(FailureReason.VaultCorrupt, $"{collection}/{name}"));
                Assert.That(() => authority.ListTickets(), Refused.With(FailureReason.VaultCorrupt, $"{collection}/{name}"));
            });
        }
    }

    // An entry of every kind.
    private void MakeHistory()
    {
        Project.Join();
        var removed = Project.Join();
        Project.Ticket();
        Authority.Revoke(removed.Identifier, RevocationKind.Compromised);
        Authority.RotateKeys();
    }

    // The authority's vault, in a file: its entries.
    private List<string> Store()
    {
        using var vault = SqliteVault.Open(FilePath, _key);
        using var batch = new VaultBatch();
        List<string> entries = [];
        foreach (var collection in Collections)
        {
            foreach (var (name, value) in Project.Vault.List(collection))
            {
                batch.Put(collection, name, value);
                entries.Add($"{collection}/{name}");
            }
        }

        vault.Write(batch);
        return entries;
    }

    private ProjectAuthority Open(IVaultStore vault) => ProjectAuthority.Open(vault, Project.Clock, TestProject.CredentialLifetime);

    private void Create(IVaultStore vault) =>
        ProjectAuthority.Create(vault, Project.Clock, TestProject.CredentialLifetime, "another", Project.Document.Control).Dispose();
}
