using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace E2EKafka;

/// <summary>The vault as a file: who may open it, and what a thief of the disk finds.</summary>
[TestFixture]
public sealed class SqliteVaultFileTests
{
    private readonly VaultKey _key = VaultProcess.Key();
    private TemporaryFolder _folder = null!;

    private string FilePath => _folder["state/member.vault"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Keeps_its_values_when_opened_again()
    {
        Write(batch => batch.Put("keys", "a", "1"u8).Put("keys", "b", "2"u8));
        Write(batch => batch.Delete("keys", "a"));

        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.That(vault.List("keys").Keys, Is.EqualTo(new[] { "b" }));
        Assert.That(vault.Read("keys", "b"), Is.EqualTo("2"u8.ToArray()));
    }

    [Test]
    public void Another_key_is_refused_as_wrong()
    {
        Write(batch => batch.Put("keys", "a", "1"u8));
        using var other = VaultKey.FromBytes(RandomNumberGenerator.GetBytes(VaultKey.Size));
        Assert.That(() => SqliteVault.Open(FilePath, other), Fails.With(FailureReason.VaultKeyWrong));
    }

    [Test]
    public void A_passphrase_opens_its_vault_and_no_other_does()
    {
        using var passphrase = VaultKey.FromPassphrase("correct horse battery staple");
        using var same = VaultKey.FromPassphrase("correct horse battery staple");
        using var other = VaultKey.FromPassphrase("correct horse battery stapler");
        SqliteVault.Open(FilePath, passphrase).Dispose();

        Assert.That(() => SqliteVault.Open(FilePath, other), Fails.With(FailureReason.VaultKeyWrong));
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultKeyWrong).With.Message.Contains("made with a passphrase"));
        Assert.That(() => SqliteVault.Open(FilePath, same).Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_second_opener_in_this_process_is_refused()
    {
        using (SqliteVault.Open(FilePath, _key))
            Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultLocked));
        Assert.That(() => SqliteVault.Open(FilePath, _key).Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_vault_open_in_another_process_is_refused_until_that_ends()
    {
        using (new VaultProcess(FilePath, batches: 1))
            Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultLocked));

        using var vault = SqliteVault.Open(FilePath, _key);
        Assert.That(vault.List(VaultProcess.Collection), Has.Count.EqualTo(VaultProcess.Names.Count));
    }

    [Test]
    public void The_first_of_many_that_open_a_new_vault_at_once_has_it()
    {
        var opened = new System.Collections.Concurrent.ConcurrentBag<SqliteVault>();
        Parallel.For(0, 4, _ =>
        {
            try
            {
                opened.Add(SqliteVault.Open(FilePath, _key));
            }
            catch (EndToEndKafkaException failure) when (failure.Reason == FailureReason.VaultLocked)
            {
            }
        });
        Assert.That(opened, Has.Count.EqualTo(1));
        opened.Single().Dispose();
        Assert.That(_folder.FileNames(), Has.None.EndsWith(".new"));
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public void File_journal_and_folder_are_their_owners_only()
    {
        using var vault = SqliteVault.Open(FilePath, _key);
        using var batch = new VaultBatch();
        vault.Write(batch.Put("keys", "a", "1"u8));

        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(FilePath)!), Is.EqualTo(ownerOnly | UnixFileMode.UserExecute));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!))
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(ownerOnly), file);
    }

    [Test]
    public void No_value_is_ever_on_disk()
    {
        var value = RandomNumberGenerator.GetHexString(64);
        using var vault = SqliteVault.Open(FilePath, _key);
        foreach (var round in Enumerable.Range(0, 20))
        {
            using var batch = new VaultBatch();
            vault.Write(batch.Put("keys", $"{round}", Encoding.ASCII.GetBytes(value)).Delete("keys", $"{round - 5}"));
            Assert.That(_folder.AllBytes().AsSpan().IndexOf(Encoding.ASCII.GetBytes(value[..16])), Is.EqualTo(-1));
        }
    }

    [Test]
    public void Nothing_of_a_deleted_or_replaced_entry_is_left_on_disk_not_even_encrypted()
    {
        const int count = 300;
        using var vault = SqliteVault.Open(FilePath, _key);
        // Small ones, ones that share a page, ones that fill several; in an order that makes the tree split and merge.
        var sizes = new[] { 32, 100, 700, 1500, 3900, 9000 };
        for (var index = 0; index < count; index++)
            Put(vault, (index * 7919) % count, sizes[index % sizes.Length]);

        var before = StoredValues();
        Assert.That(before, Has.Count.EqualTo(count));
        Assert.That(Remnants(before.Values), Is.Not.Zero, "the search finds what is there");

        foreach (var index in Enumerable.Range(0, count).Where(index => index % 3 != 0))
        {
            using var batch = new VaultBatch();
            vault.Write(index % 3 == 1 ? batch.Delete("keys", Name(index)) : batch.Put("keys", Name(index), new byte[50]));
        }

        Assert.That(Remnants(before.Where(entry => entry.Key % 3 != 0).Select(entry => entry.Value)), Is.Zero);
    }

    [Test]
    public void A_value_moved_to_another_name_or_collection_is_not_read()
    {
        foreach (var (move, entry) in new[] { ("name = 'x'", "keys/x"), ("collection = 'x'", "x/a") })
        {
            Write(batch => batch.Put("keys", "a", "1"u8).Put("keys", "b", "2"u8));
            Alter($"UPDATE entries SET {move} WHERE name = 'a'");
            using (var vault = SqliteVault.Open(FilePath, _key))
            {
                Assert.That(vault.Unreadable, Is.EqualTo([entry]));
                Assert.That(vault.List("keys").Keys, Is.EqualTo(["b"]));
                Assert.That(vault.Read("keys", "x"), Is.Null);
                Assert.That(vault.Read("x", "a"), Is.Null);
            }

            File.Delete(FilePath);
        }
    }

    [Test]
    public void An_altered_schema_is_refused()
    {
        Write(batch => batch.Put("keys", "a", "1"u8));
        Alter("CREATE TRIGGER keep BEFORE DELETE ON entries BEGIN INSERT INTO header VALUES (OLD.value); END");
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultCorrupt));
    }

    [Test]
    public void A_newer_format_is_refused_by_name()
    {
        Write(batch => batch.Put("keys", "a", "1"u8));
        Alter("PRAGMA user_version = 2");
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable).With.Message.Contains("format 2"));
    }

    [Test]
    public void A_folder_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(FilePath);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable));
        Assert.That(_folder.FileNames(), Is.Empty);
    }

    [Test]
    public void A_file_in_place_of_the_folder_is_refused()
    {
        File.WriteAllText(_folder["state"], "");
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable));
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public void A_file_or_folder_that_may_not_be_written_is_refused()
    {
        _folder.Dispose();
        UnprivilegedThread.Run(RefusesWhatMayNotBeWritten);
    }

    [UnsupportedOSPlatform("windows")]
    private void RefusesWhatMayNotBeWritten()
    {
        _folder = new TemporaryFolder(); // owned by the user that this thread is now
        Write(batch => batch.Put("keys", "a", "1"u8));
        var folder = Path.GetDirectoryName(FilePath)!;

        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable));

        File.SetUnixFileMode(FilePath, UnixFileMode.None);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable));

        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(FilePath + "-journal");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultUnavailable));
        Assert.That(() => SqliteVault.Open(FilePath + "2", _key), Fails.With(FailureReason.VaultUnavailable));

        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.That(() => SqliteVault.Open(FilePath, _key).Dispose(), Throws.Nothing);
    }

    private static string Name(int index) => $"session-{index:D4}";

    private static void Put(SqliteVault vault, int index, int size)
    {
        using var batch = new VaultBatch();
        vault.Write(batch.Put("keys", Name(index), new byte[size]));
    }

    // How many 16-byte pieces of the values can be found anywhere in the folder's files.
    private int Remnants(IEnumerable<byte[]> values)
    {
        var disk = _folder.AllBytes();
        var windows = new HashSet<UInt128>();
        for (var at = 0; at + 16 <= disk.Length; at++)
            windows.Add(MemoryMarshal.Read<UInt128>(disk.AsSpan(at)));
        return values.SelectMany(value => value.Chunk(16)).Count(piece => piece.Length == 16 && windows.Contains(MemoryMarshal.Read<UInt128>(piece)));
    }

    // The encrypted values by number, read from a copy: the vault is locked.
    private Dictionary<int, byte[]> StoredValues()
    {
        using var elsewhere = new TemporaryFolder();
        File.Copy(FilePath, elsewhere["copy"]);
        using var connection = new SqliteConnection($"Data Source={elsewhere["copy"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT substr(name, 9), value FROM entries";
        using var reader = command.ExecuteReader();
        var values = new Dictionary<int, byte[]>();
        while (reader.Read())
            values.Add(int.Parse(reader.GetString(0), CultureInfo.InvariantCulture), reader.GetFieldValue<byte[]>(1));
        return values;
    }

    private void Alter(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Write(Func<VaultBatch, VaultBatch> fill)
    {
        using var vault = SqliteVault.Open(FilePath, _key);
        using var batch = new VaultBatch();
        vault.Write(fill(batch));
    }
}
