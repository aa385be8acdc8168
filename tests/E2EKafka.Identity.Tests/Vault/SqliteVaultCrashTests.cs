using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace E2EKafka;

/// <summary>A batch is whole or not there, and what Write returned from is there, wherever the process dies.</summary>
[TestFixture]
public sealed class SqliteVaultCrashTests
{
    private TemporaryFolder _folder = null!;

    private string FilePath => _folder["member.vault"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_process_killed_while_writing_leaves_whole_batches_and_loses_none()
    {
        for (var round = 0; round < 8; round++)
        {
            int said;
            using (var process = new VaultProcess(FilePath, int.MaxValue))
                said = process.Kill(after: TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(300)));

            var stored = Numbers(FilePath);
            Assert.That(stored, Is.Empty.Or.Count.EqualTo(VaultProcess.Names.Count));
            Assert.That(stored.Distinct().Count(), Is.LessThanOrEqualTo(1), "all of one batch");
            Assert.That(stored.FirstOrDefault(), Is.GreaterThanOrEqualTo(said), "what Write returned from");
            File.Delete(FilePath);
        }
    }

    [Test]
    public void A_copy_of_the_disk_in_the_middle_of_a_batch_opens_with_what_was_before()
    {
        using (var process = new VaultProcess(FilePath, batches: 1))
            process.WaitForBatch(1);
        var before = File.ReadAllBytes(FilePath);

        // A cache of one page, so that the transaction overwrites pages in the file before it ends.
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 1; BEGIN; UPDATE entries SET value = randomblob(3000)";
        command.ExecuteNonQuery();
        File.Copy(FilePath, _folder["copy"]);
        File.Copy(FilePath + "-journal", _folder["copy-journal"]);

        Assert.That(File.ReadAllBytes(_folder["copy"]), Is.Not.EqualTo(before), "the test is about something");
        Assert.That(Numbers(_folder["copy"]), Is.EqualTo(Enumerable.Repeat(1, VaultProcess.Names.Count)));
        Assert.That(new FileInfo(_folder["copy-journal"]) is { Exists: true, Length: > 0 }, Is.False, "the journal's content is gone");
    }

    private static List<int> Numbers(string path)
    {
        using var key = VaultProcess.Key();
        using var vault = SqliteVault.Open(path, key);
        return [.. vault.List(VaultProcess.Collection).Values.Select(value => BinaryPrimitives.ReadInt32BigEndian(value))];
    }
}
