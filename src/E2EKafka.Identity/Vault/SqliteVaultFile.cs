using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace E2EKafka.Vault;

/// <summary>The file of a <see cref="SqliteVault"/>: its tables, and the settings under which SQLite leaves no deleted key behind.</summary>
internal static class SqliteVaultFile
{
    public const int ApplicationId = 0x45324556; // "E2EV"

    /// <summary>All that the file's schema holds, by name.</summary>
    public const string Schema = $"{EntriesTable};{HeaderTable}";

    private const string HeaderTable = "CREATE TABLE header (content BLOB NOT NULL) STRICT";

    private const string EntriesTable =
        "CREATE TABLE entries (collection TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, name)) STRICT, WITHOUT ROWID";

    public static void Create(string path, VaultKey key)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
             PRAGMA journal_mode = MEMORY;
             PRAGMA fullfsync = ON;
             PRAGMA synchronous = FULL;
             BEGIN EXCLUSIVE;
             PRAGMA application_id = {ApplicationId};
             PRAGMA user_version = {VaultHeader.FormatVersion};
             {HeaderTable};
             {EntriesTable};
             INSERT INTO header (content) VALUES ($header);
             COMMIT;
             """;
        command.Parameters.AddWithValue("$header", VaultHeader.Create(key).Bytes.ToArray());
        command.ExecuteNonQuery();
    }

    public static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            // A pooled connection would stay open, and the vault locked, after Dispose.
            Pooling = false,
            // How long to wait for a lock, in seconds: a predecessor that is just stopping may still have it.
            DefaultTimeout = 1,
        }.ToString());
        connection.Open();
        // A hostile file cannot make a value, or a statement, use more memory than the largest value may.
        raw.sqlite3_limit(connection.Handle, raw.SQLITE_LIMIT_LENGTH, VaultBatch.MaxValueSize + 4096);
        return connection;
    }

    public static void Configure(SqliteConnection connection)
    {
        // A rollback journal, truncated, rather than a write-ahead log: at the end of each transaction the journal is empty, so what the
        // transaction deleted is in no file any more. A log keeps old frames, deleted keys among them, until a checkpoint; and with an
        // exclusive lock the modes DELETE and PERSIST leave the old journal's content behind too. The file's own pages are overwritten by
        // secure_delete. FULL: what Write returned from survives the loss of power; fullfsync asks the same of macOS.
        Execute(connection, "PRAGMA journal_mode = TRUNCATE");
        Execute(connection, "PRAGMA secure_delete = ON");
        Execute(connection, "PRAGMA fullfsync = ON");
        Execute(connection, "PRAGMA synchronous = FULL");

        // Exclusive: the next transaction takes the file's lock and keeps it. Only now: a crashed predecessor's journal is rolled back by
        // the statements above, and under an exclusive lock its content would stay on disk.
        Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
        Execute(connection, "PRAGMA temp_store = MEMORY");

        // The file may be hostile.
        Execute(connection, "PRAGMA trusted_schema = OFF");
        Execute(connection, "PRAGMA cell_size_check = ON");

        Execute(connection, "BEGIN EXCLUSIVE");
        Execute(connection, "COMMIT");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
