using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A damaged vault never makes a new member of an old one, and never one that lacks what it cannot get again.</summary>
public sealed class DamagedIdentityTests
{
    private readonly VaultKey _key = VaultProcess.Key();
    private TemporaryFolder _folder = null!;
    private string _identifier = null!;

    private string FilePath => _folder["member.vault"];

    [SetUp]
    public void MakeIdentity()
    {
        _folder = new TemporaryFolder();
        using var vault = SqliteVault.Open(FilePath, _key);
        using var batch = new VaultBatch();
        vault.Write(batch.Put("sessions", "a", "1"u8).Put("sessions", "b", "2"u8));
        using var identity = MemberIdentity.LoadOrCreate(vault, "project");
        identity.StoreCredential("credential");
        _identifier = identity.Identifier;
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void An_identity_that_cannot_be_read_is_an_error_and_never_a_new_one(
        [Values("identifier", "key", "project")] string name, [Values("collection", "name", "value")] string column)
    {
        VaultRows.FlipBit(FilePath, $"identity/{name}", column, 2);
        AssertCorruptAndUnchanged("1 of its entries cannot be read");
    }

    [Test]
    public void An_identity_of_which_nothing_can_be_read_is_an_error_and_never_a_new_one([Values("collection", "value")] string column)
    {
        VaultRows.Execute(FilePath, column == "value"
            ? (FormattableString)$"UPDATE entries SET value = zeroblob(90) WHERE collection = 'identity'"
            : $"UPDATE entries SET collection = 'identify' WHERE collection = 'identity'");
        AssertCorruptAndUnchanged("no identity that can be read; 4 of its entries cannot be read: ", column == "value" ? "identity/key" : "identify/key");
    }

    [Test]
    public void A_vault_without_an_identity_gets_none_while_it_is_damaged()
    {
        VaultRows.Execute(FilePath, $"DELETE FROM entries WHERE collection = 'identity'");
        VaultRows.FlipBit(FilePath, "sessions/a", "value", 0);
        AssertCorruptAndUnchanged("no identity that can be read", "sessions/a");
    }

    [TestCase("identifier")]
    [TestCase("key")]
    [TestCase("project")]
    public void An_identity_that_is_not_whole_is_an_error_and_never_a_new_one(string name)
    {
        VaultRows.Execute(FilePath, $"DELETE FROM entries WHERE collection = 'identity' AND name = '{name}'");
        AssertCorruptAndUnchanged();
    }

    // The authority may have issued a credential for it, and then the current key is worth nothing.
    [Test]
    public void A_next_key_that_cannot_be_read_is_an_error([Values("collection", "name", "value")] string column)
    {
        using (var vault = SqliteVault.Open(FilePath, _key))
        using (var identity = MemberIdentity.LoadOrCreate(vault, "project"))
            identity.PrepareNextKey();
        VaultRows.FlipBit(FilePath, "identity/next-key", column, 3);
        AssertCorruptAndUnchanged("next key");
    }

    [Test]
    public void A_next_key_that_cannot_be_read_is_an_error_among_any_number_of_others()
    {
        using (var vault = SqliteVault.Open(FilePath, _key))
        using (var identity = MemberIdentity.LoadOrCreate(vault, "project"))
        using (var batch = new VaultBatch())
        {
            identity.PrepareNextKey();
            for (var index = 0; index < 1_100; index++)
                batch.Put("sessions", $"{index}", "1"u8);
            vault.Write(batch);
        }

        VaultRows.Execute(FilePath, $"UPDATE entries SET value = zeroblob(40) WHERE collection = 'sessions' OR name = 'next-key'");
        AssertCorruptAndUnchanged("next key", "more than 1000 of its entries");
    }

    [Test]
    public void A_credential_that_cannot_be_read_is_fetched_again([Values("collection", "value")] string column)
    {
        VaultRows.FlipBit(FilePath, "identity/credential", column, 3);
        using var vault = SqliteVault.Open(FilePath, _key);
        using (var identity = MemberIdentity.LoadOrCreate(vault, "project"))
        {
            Assert.That(identity.Identifier, Is.EqualTo(_identifier));
            Assert.That(identity.StoredCredential, Is.Null);
            identity.StoreCredential("another");
        }

        using var again = MemberIdentity.LoadOrCreate(vault, "project");
        Assert.That(again.StoredCredential, Is.EqualTo("another"));
    }

    [Test]
    public void A_member_goes_on_without_an_entry_that_is_none_of_its_identity()
    {
        VaultRows.FlipBit(FilePath, "sessions/a", "value", 0);
        using var vault = SqliteVault.Open(FilePath, _key);
        using var identity = MemberIdentity.LoadOrCreate(vault, "project");
        Assert.That(vault.Unreadable, Is.EqualTo(["sessions/a"]));
        Assert.That(identity.Identifier, Is.EqualTo(_identifier));
    }

    private void AssertCorruptAndUnchanged(params string[] says)
    {
        var rows = VaultRows.In(FilePath);
        using (var vault = SqliteVault.Open(FilePath, _key))
        {
            foreach (var words in (string[])[.. says, FilePath, "Restore it from a backup", "enroll this member again"])
            {
                Assert.That(() => MemberIdentity.LoadOrCreate(vault, "project"), Refused.With(FailureReason.VaultCorrupt, words));
                Assert.That(() => MemberIdentity.Verify(vault), Refused.With(FailureReason.VaultCorrupt, words));
            }
        }

        Assert.That(VaultRows.In(FilePath), Is.EqualTo(rows));
    }
}
