using System.Security.Cryptography;

namespace E2EKafka;

/// <summary>
/// A damaged file either still gives exactly what was stored, but for entries that it says cannot be read, or fails with its typed reason.
/// Nothing in between.
/// </summary>
[TestFixture]
public sealed class SqliteVaultDamageTests
{
    private readonly VaultKey _key = VaultProcess.Key();
    private readonly Dictionary<string, byte[]> _expected = [];
    private TemporaryFolder _folder = null!;
    private byte[] _intact = null!;

    private string FilePath => _folder["member.vault"];

    [OneTimeSetUp]
    public void MakeVault()
    {
        _folder = new TemporaryFolder();
        using (var vault = SqliteVault.Open(FilePath, _key))
        using (var batch = new VaultBatch())
        {
            for (var index = 0; index < 40; index++)
            {
                var value = RandomNumberGenerator.GetBytes(index == 20 ? 6000 : 32 + index);
                _expected.Add($"session-{index}", value);
                batch.Put("sessions", $"session-{index}", value);
            }

            batch.Put("sessions", "deleted", new byte[5000]);
            vault.Write(batch);
            // Free pages too can be damaged.
            using var delete = new VaultBatch();
            vault.Write(delete.Delete("sessions", "deleted"));
        }

        _intact = File.ReadAllBytes(FilePath);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Cut_short_at_any_length()
    {
        for (var length = 0; length < _intact.Length; length += length < 200 ? 1 : 61)
            OpensIntactOrFailsTyped(_intact[..length], $"cut to {length} bytes");
    }

    [Test]
    public void A_flipped_bit_anywhere()
    {
        // The file's header and the vault's in full; of the rest, a sample.
        for (var position = 0; position < _intact.Length; position += position < 200 ? 1 : 31)
        {
            var damaged = (byte[])_intact.Clone();
            damaged[position] ^= (byte)(1 << (position % 8));
            OpensIntactOrFailsTyped(damaged, $"bit {position % 8} of byte {position}");
        }
    }

    [Test]
    public void Overwritten_pieces()
    {
        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])_intact.Clone();
            var start = RandomNumberGenerator.GetInt32(damaged.Length);
            var piece = damaged.AsSpan(start, Math.Min(RandomNumberGenerator.GetInt32(1, 5000), damaged.Length - start));
            if (round % 2 == 0)
                RandomNumberGenerator.Fill(piece);
            else
                piece.Clear();
            OpensIntactOrFailsTyped(damaged, $"{piece.Length} bytes overwritten from {start}");
        }
    }

    [Test]
    public void Files_that_are_no_vault()
    {
        byte[][] contents =
        [
            [],
            [0],
            .. Enumerable.Range(0, 20).Select(_ => RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(1, 20_000))),
            new byte[8192],
            [.. "SQLite format 3\0"u8, .. new byte[8176]],
            [.. _intact, .. RandomNumberGenerator.GetBytes(4096 * 3)],
        ];
        foreach (var content in contents)
            OpensIntactOrFailsTyped(content, $"{content.Length} bytes");
    }

    [Test]
    public void Another_applications_database_is_refused_and_left_alone()
    {
        File.Delete(FilePath);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE orders (id INTEGER)";
            command.ExecuteNonQuery();
        }

        var before = File.ReadAllBytes(FilePath);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultCorrupt));
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(before));
    }

    [Test]
    public void A_damaged_header_is_not_taken_for_a_wrong_key()
    {
        // The salt and the key check are in the file once, in the header's row; its hash tells damage from a wrong key.
        var header = _intact.AsSpan().IndexOf((ReadOnlySpan<byte>)[VaultHeader.FormatVersion, 0, 0, 0, 0, 0]);
        var damaged = (byte[])_intact.Clone();
        damaged[header + 10] ^= 1;
        File.WriteAllBytes(FilePath, damaged);
        Assert.That(() => SqliteVault.Open(FilePath, _key), Fails.With(FailureReason.VaultCorrupt));
    }

    [Test]
    public void Damage_while_open_is_typed_too()
    {
        File.WriteAllBytes(FilePath, _intact);
        using var vault = SqliteVault.Open(FilePath, _key);
        using (var file = File.OpenWrite(FilePath))
            file.SetLength(4096);

        try
        {
            AssertExactButForUnreadable(vault, "cut while open");
        }
        catch (EndToEndKafkaException failure)
        {
            Assert.That(failure.Reason, Is.AnyOf(FailureReason.VaultCorrupt, FailureReason.VaultUnavailable));
        }
    }

    private void AssertExactButForUnreadable(SqliteVault vault, string what)
    {
        var values = vault.List("sessions");
        foreach (var (name, value) in values)
            Assert.That(value, Is.EqualTo(_expected[name]), what);
        Assert.That(vault.Unreadable, Has.Count.EqualTo(_expected.Count - values.Count), what);
    }

    private void OpensIntactOrFailsTyped(byte[] content, string what)
    {
        File.WriteAllBytes(FilePath, content);
        try
        {
            using var vault = SqliteVault.Open(FilePath, _key);
            AssertExactButForUnreadable(vault, what);
        }
        catch (EndToEndKafkaException failure)
        {
            Assert.That(failure.Reason, Is.AnyOf(FailureReason.VaultCorrupt, FailureReason.VaultUnavailable), what);
            Assert.That(failure.Message, Does.Contain(FilePath), what);
        }
        finally
        {
            File.Delete(FilePath + "-journal");
        }
    }
}
