using System.Security.Cryptography;
using System.Text;

namespace E2EKafka;

/// <summary>One damaged entry costs this entry and nothing else: it is listed, and stays in the file as it is.</summary>
[TestFixture]
public sealed class SqliteVaultUnreadableTests
{
    private const string Damaged = "sessions/session-1";

    private readonly VaultKey _key = VaultProcess.Key();
    private readonly Dictionary<string, byte[]> _expected = [];
    private TemporaryFolder _folder = null!;
    private byte[] _intact = null!;

    private string FilePath => _folder["member.vault"];

    [OneTimeSetUp]
    public void MakeVault()
    {
        _folder = new TemporaryFolder();
        for (var index = 1; index <= 4; index++)
            _expected.Add($"session-{index}", RandomNumberGenerator.GetBytes(32));
        Write(batch =>
        {
            foreach (var (name, value) in _expected)
                batch.Put("sessions", name, value);
            return batch.Put("identity", "key", "key"u8);
        });
        _intact = File.ReadAllBytes(FilePath);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [SetUp]
    public void RestoreVault() => File.WriteAllBytes(FilePath, _intact);

    [Test]
    public void A_flipped_bit_anywhere_in_an_entry_spares_the_others([Values("collection", "name", "value")] string column)
    {
        var length = VaultRows.Bytes(FilePath, Damaged, column).Length;
        for (var position = 0; position < length; position++)
        {
            RestoreVault();
            var damaged = VaultRows.FlipBit(FilePath, Damaged, column, position);
            var row = VaultRows.In(FilePath).Except(RowsOf(_intact)).Single();
            var shown = column switch
            {
                "collection" => $"{Shown(damaged)}/session-1",
                "name" => $"sessions/{Shown(damaged)}",
                _ => Damaged,
            };
            foreach (var round in Enumerable.Range(0, 2))
            {
                using var vault = SqliteVault.Open(FilePath, _key);
                Assert.Multiple(() =>
                {
                    Assert.That(vault.Unreadable, Is.EqualTo([shown]));
                    Assert.That(vault.Read("sessions", "session-1"), Is.Null);
                    Assert.That(vault.Read("sessions", "session-2"), Is.EqualTo(_expected["session-2"]));
                    Assert.That(vault.List("sessions"), Is.EquivalentTo(_expected.Where(pair => pair.Key != "session-1")));
                    Assert.That(vault.Read("identity", "key"), Is.EqualTo("key"u8.ToArray()));
                    Assert.That(vault.Unreadable, Is.EqualTo([shown]), "once, however often it is read");
                });
                using var batch = new VaultBatch();
                vault.Write(batch.Put("identity", "key", "key"u8).Put("sessions", $"new-{round}", "1"u8).Delete("sessions", $"new-{round}"));
            }

            Assert.That(VaultRows.In(FilePath), Does.Contain(row), $"{column}, byte {position}");
        }
    }

    [Test]
    public void A_value_that_is_short_or_empty_or_anothers_is_not_read([Values("short", "empty", "another's")] string value)
    {
        var bytes = VaultRows.Bytes(FilePath, value == "another's" ? "sessions/session-2" : Damaged, "value");
        VaultRows.Replace(FilePath, Damaged, "value", value switch
        {
            "short" => bytes.AsSpan(..20),
            "empty" => [],
            _ => bytes,
        });

        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.That(vault.Unreadable, Is.EqualTo([Damaged]));
        Assert.That(vault.List("sessions"), Has.Count.EqualTo(3));
    }

    // Read as text, each of these would be a name that has the authenticated data of the one that was written. A character is a byte.
    [TestCase("a?", "a\u00C3\u00BC")]
    [TestCase("a?", "a\u00FF")]
    [TestCase("a", "a\0")]
    [TestCase("a", "a\0b")]
    public void A_name_that_only_looks_like_the_one_that_was_written_is_not_read(string written, string stored)
    {
        foreach (var column in (string[])["name", "collection"])
        {
            RestoreVault();
            var isName = column == "name";
            Write(batch => isName ? batch.Put("keys", written, "1"u8) : batch.Put(written, "key", "1"u8));
            VaultRows.Replace(FilePath, isName ? $"keys/{written}" : $"{written}/key", column, Encoding.Latin1.GetBytes(stored));

            using var vault = SqliteVault.Open(FilePath, _key);
            Assert.That(vault.Unreadable, Is.EqualTo([isName ? "keys/?" : "?/key"]));
            Assert.That(vault.List("keys"), Is.Empty);
            Assert.That(vault.Read(isName ? "keys" : written, isName ? written : "key"), Is.Null);
        }
    }

    [Test]
    public void Names_are_shown_only_where_they_are_short_and_printable()
    {
        (string Stored, string Shown)[] names =
        [
            ("", "?"), ("\n", "?"), ("\u001b[2J", "?"), ("ü", "?"), ("with space", "with space"), (new string('n', 100), new string('n', 100)),
            (new string('n', 101), "?"), (new string('n', VaultBatch.MaxNameLength + 1), "?"), (new string('n', 500_000), "?"),
        ];
        Write(batch =>
        {
            for (var index = 0; index < names.Length; index++)
                batch.Put("keys", $"{index}", "1"u8);
            return batch;
        });
        for (var index = 0; index < names.Length; index++)
            VaultRows.Replace(FilePath, $"keys/{index}", "name", Encoding.UTF8.GetBytes(names[index].Stored));

        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.That(vault.Unreadable, Is.EquivalentTo(names.Select(name => $"keys/{name.Shown}")));
        Assert.That(vault.List("keys"), Is.Empty);
    }

    [Test]
    public void An_unreadable_entry_can_be_replaced_and_deleted([Values] bool isReplaced)
    {
        VaultRows.FlipBit(FilePath, Damaged, "value", 0);
        VaultRows.FlipBit(FilePath, "sessions/session-2", "value", 0);
        using (var vault = SqliteVault.Open(FilePath, _key))
        using (var batch = new VaultBatch())
        {
            vault.Write(isReplaced ? batch.Put("sessions", "session-1", "new"u8) : batch.Delete("sessions", "session-1"));
            Assert.That(vault.Read("sessions", "session-1"), isReplaced ? Is.EqualTo("new"u8.ToArray()) : Is.Null);
            Assert.That(vault.Unreadable, Is.EqualTo(["sessions/session-2"]));
        }

        using var reopened = SqliteVault.Open(FilePath, _key);
        Assert.That(reopened.Read("sessions", "session-1"), isReplaced ? Is.EqualTo("new"u8.ToArray()) : Is.Null);
        Assert.That(reopened.Unreadable, Is.EqualTo(["sessions/session-2"]));
    }

    [Test]
    public void Damage_that_a_later_read_finds_is_listed([Values] bool isListed)
    {
        // More than SQLite keeps in memory, so that the first is read from the file again.
        Write(batch =>
        {
            for (var index = 0; index < 6; index++)
                batch.Put("large", $"{index}", new byte[VaultBatch.MaxValueSize]);
            return batch;
        });
        var at = File.ReadAllBytes(FilePath).AsSpan().IndexOf(VaultRows.Bytes(FilePath, "large/0", "value").AsSpan(20_000, 100));
        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.That(vault.Unreadable, Is.Empty);
        using (var file = new FileStream(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = at;
            file.Write(new byte[100]);
        }

        if (isListed)
            Assert.That(vault.List("large").Keys, Is.EquivalentTo(["1", "2", "3", "4", "5"]));
        else
            Assert.That(vault.Read("large", "0"), Is.Null);
        Assert.That(vault.Unreadable, Is.EqualTo(["large/0"]));
    }

    [Test]
    public void A_vault_of_which_nothing_can_be_read_is_corrupt()
    {
        VaultRows.Execute(FilePath, $"UPDATE entries SET value = zeroblob(40) WHERE collection <> 'identity'");
        using (var vault = SqliteVault.Open(FilePath, _key))
            Assert.That(vault.Unreadable, Has.Count.EqualTo(4), "one entry is whole");

        VaultRows.Execute(FilePath, $"UPDATE entries SET value = zeroblob(40)");
        var rows = VaultRows.In(FilePath);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultCorrupt).With.Message.Contains(FilePath));
        Assert.That(VaultRows.In(FilePath), Is.EqualTo(rows));
    }

    [Test]
    public void The_key_of_another_vault_stays_a_wrong_key()
    {
        VaultRows.FlipBit(FilePath, Damaged, "value", 0);
        using (var vault = SqliteVault.Open(FilePath, _key))
            Assert.That(vault.Unreadable, Is.EqualTo([Damaged]));
        using var other = VaultKey.FromBytes(RandomNumberGenerator.GetBytes(VaultKey.Size));
        Assert.That(() => SqliteVault.Open(FilePath, other), Fails.With(FailureReason.VaultKeyWrong));
    }

    [Test]
    public void The_list_is_bounded_and_has_what_was_found_last()
    {
        const int count = 1_005;
        Write(batch =>
        {
            for (var index = 0; index < count; index++)
                batch.Put("many", $"{index:D4}", "1"u8);
            return batch;
        });
        VaultRows.Execute(FilePath, $"UPDATE entries SET value = zeroblob(40) WHERE collection = 'many'");

        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.Multiple(() =>
        {
            Assert.That(vault.Unreadable, Has.Count.EqualTo(1_001));
            Assert.That(vault.Unreadable.Last(), Is.EqualTo("(and at least 5 more)"));
            Assert.That(vault.Unreadable, Does.Not.Contain("many/0003"));
        });

        Assert.That(vault.Read("many", "0003"), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(vault.Unreadable, Does.Contain("many/0003"), "who reads null finds the reason");
            Assert.That(vault.Unreadable, Has.Count.EqualTo(1_001));
        });

        for (var round = 0; round < 3; round++)
            Assert.That(vault.List("many"), Is.Empty);
        Assert.That(vault.Unreadable.Last(), Is.EqualTo("(and at least 5 more)"), "none is counted twice");
    }

    private static string Shown(byte[] stored) => stored.All(code => code is >= 0x20 and <= 0x7E) ? Encoding.ASCII.GetString(stored) : "?";

    private IReadOnlyList<string> RowsOf(byte[] content)
    {
        File.WriteAllBytes(_folder["copy"], content);
        return VaultRows.In(_folder["copy"]);
    }

    private void Write(Func<VaultBatch, VaultBatch> fill)
    {
        using var vault = SqliteVault.Open(FilePath, _key);
        using var batch = new VaultBatch();
        vault.Write(fill(batch));
    }
}
