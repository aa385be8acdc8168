using System.Security.Cryptography;
using System.Text;
using E2EKafka.Vault;
using Microsoft.Data.Sqlite;

namespace E2EKafka;

/// <summary>
/// A vault in one SQLite file, its values encrypted and authenticated with AES-256-GCM under a key derived (HKDF-SHA256, RFC 5869) from
/// a <see cref="VaultKey"/> and a random salt of the file.
/// </summary>
/// <remarks>
/// <para>Collections, names, sizes and times of writing are not encrypted. A value that was altered or moved to another name is not read;
/// its entry stays in the file as it is, and <see cref="Unreadable"/> lists it. A key in it outlives its time, for who has the vault's key.</para>
/// <para>What no local file can prove: that it is the newest. A writer of the file can put an older copy back, or remove entries;
/// a restored backup or snapshot does the same. Deleted keys then exist again, and later ones are unknown. Keep backups of the vault for
/// no longer than its keys may live.</para>
/// <para>Keep the file on a local file system: the lock and the durability are only as good as the file system's, and over NFS or SMB
/// that is often not good. The process itself must not open the file by other means while the vault is open: closing any handle on a file
/// ends the process's POSIX locks on it.</para>
/// </remarks>
public sealed class SqliteVault : IVaultStore
{
    private readonly Lock _lock = new();
    private readonly UnreadableEntries _unreadable = new();
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly VaultCipher _cipher;
    private bool _disposed;

    private SqliteVault(string path, VaultKey key)
    {
        _path = path;
        _connection = SqliteVaultFile.Connect(path);
        try
        {
            SqliteVaultFile.Configure(_connection);
            _cipher = Unlock(key);
            FindUnreadable();
            // Changes nothing, but writes (updating a row to what it was would not): a read-only file, on which SQLite's exclusive lock is
            // silently a shared one, a folder that takes no journal, or a full disk must show now, not when a key has to be kept.
            Execute($"PRAGMA user_version = {VaultHeader.FormatVersion}");
        }
        catch
        {
            _cipher?.Dispose();
            _connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Unreadable
    {
        get
        {
            lock (_lock)
                return _unreadable.Names;
        }
    }

    /// <summary>The vault's file.</summary>
    internal string FilePath => _path;

    /// <summary>
    /// Opens the vault at a path and locks it until disposed; makes it, and its folder, for their owner only (0600, 0700) if it is
    /// missing. All entries are verified: those that cannot be read are <see cref="Unreadable"/>, and where none can, the vault is
    /// corrupt. The key is not needed afterwards and stays its caller's to dispose.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">
    /// <see cref="FailureReason.VaultLocked"/>, <see cref="FailureReason.VaultKeyWrong"/>, <see cref="FailureReason.VaultCorrupt"/> or
    /// <see cref="FailureReason.VaultUnavailable"/>; the message says what to do.
    /// </exception>
    public static SqliteVault Open(string path, VaultKey key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(key);
        path = FilePaths.Full(path, "a vault", FailureReason.VaultUnavailable);
        if (FilePaths.FolderProblem(path) is { } folder)
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, $"The vault '{path}' {folder}");

        try
        {
            if (!File.Exists(path))
            {
                PrivateFile.CreateFolderOf(path);
                PrivateFile.CreateWhole(path, file => SqliteVaultFile.Create(file, key));
            }

            return new(path, key);
        }
        catch (Exception exception) when (VaultFailure.Of(exception, path) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    public byte[]? Read(string collection, string name)
    {
        VaultBatch.CheckName(collection);
        VaultBatch.CheckName(name);
        return Locked(() =>
        {
            using var command = Command("SELECT value FROM entries WHERE collection = $collection AND name = $name", collection, name);
            using var reader = command.ExecuteReader();
            return reader.Read() ? Decrypt(Encoding.ASCII.GetBytes(collection), Encoding.ASCII.GetBytes(name), reader.GetValue(0)) : null;
        });
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> List(string collection)
    {
        VaultBatch.CheckName(collection);
        return Locked(() =>
        {
            using var command = Command("SELECT CAST(name AS BLOB), value FROM entries WHERE collection = $collection", collection);
            using var reader = command.ExecuteReader();
            var collectionBytes = Encoding.ASCII.GetBytes(collection);
            var values = new Dictionary<string, byte[]>();
            while (reader.Read())
            {
                var name = Bytes(reader, 0);
                if (Decrypt(collectionBytes, name, reader.GetValue(1)) is { } value)
                    values.Add(Encoding.ASCII.GetString(name), value);
            }

            return values;
        });
    }

    /// <inheritdoc/>
    public void Write(VaultBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Locked(() =>
        {
            using var transaction = _connection.BeginTransaction();
            foreach (var change in batch.Changes)
                Apply(change);
            transaction.Commit();
            foreach (var change in batch.Changes)
                _unreadable.Remove(change.Collection, change.Name);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _cipher.Dispose();
            _connection.Dispose();
        }
    }

    private VaultCipher Unlock(VaultKey key)
    {
        if (Scalar("PRAGMA application_id") is not (long)SqliteVaultFile.ApplicationId || Scalar("PRAGMA user_version") is not long version || version < 1)
            throw VaultFailure.Corrupt(_path);
        if (version > VaultHeader.FormatVersion)
            throw VaultFailure.NewerFormat(_path, version);

        // Exactly our two tables: a trigger or view that someone added would run with every statement.
        if (Scalar("SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)") is not SqliteVaultFile.Schema
            || Scalar("PRAGMA integrity_check(1)") is not "ok")
            throw VaultFailure.Corrupt(_path);

        if (Scalar("SELECT content FROM header") is not byte[] content || VaultHeader.TryParse(content) is not { } header)
            throw VaultFailure.Corrupt(_path);
        return VaultCipher.TryCreate(key, header, out var cipher) ? cipher : throw VaultFailure.KeyWrong(_path, header, key);
    }

    // Reading alone would not notice a damaged name: the entry would only seem to be missing, and the member to be new.
    private void FindUnreadable()
    {
        using var command = Command("SELECT CAST(collection AS BLOB), CAST(name AS BLOB), value FROM entries");
        using var reader = command.ExecuteReader();
        var (isEmpty, hasReadable) = (true, false);
        while (reader.Read())
        {
            isEmpty = false;
            if (Decrypt(Bytes(reader, 0), Bytes(reader, 1), reader.GetValue(2), isFirstRead: true) is not { } value)
                continue;
            hasReadable = true;
            CryptographicOperations.ZeroMemory(value);
        }

        if (!isEmpty && !hasReadable)
            throw VaultFailure.Corrupt(_path);
    }

    private void Apply(VaultChange change)
    {
        using var command = change.IsDelete
            ? Command("DELETE FROM entries WHERE collection = $collection AND name = $name", change.Collection, change.Name)
            : Command("INSERT OR REPLACE INTO entries (collection, name, value) VALUES ($collection, $name, $value)", change.Collection, change.Name);
        if (!change.IsDelete)
            command.Parameters.AddWithValue("$value", _cipher.Encrypt(change.Collection, change.Name, change.Value));
        command.ExecuteNonQuery();
    }

    private static byte[] Bytes(SqliteDataReader reader, int column) => reader.GetValue(column) as byte[] ?? [];

    // Names as they are stored: as text, what is after a NUL would be cut off, and what is no UTF-8 replaced.
    private byte[]? Decrypt(byte[] collection, byte[] name, object sealedValue, bool isFirstRead = false)
    {
        var value = VaultBatch.IsName(collection) && VaultBatch.IsName(name) && sealedValue is byte[] bytes
            ? _cipher.TryDecrypt(Encoding.ASCII.GetString(collection), Encoding.ASCII.GetString(name), bytes)
            : null;
        if (value is null)
            _unreadable.Add(collection, name, isNew: isFirstRead);
        return value;
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                return action();
            }
            catch (Exception exception) when (VaultFailure.Of(exception, _path) is { } failure)
            {
                throw failure;
            }
        }
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(string sql, string? collection = null, string? name = null)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        if (collection is not null)
            command.Parameters.AddWithValue("$collection", collection);
        if (name is not null)
            command.Parameters.AddWithValue("$name", name);
        return command;
    }
}
