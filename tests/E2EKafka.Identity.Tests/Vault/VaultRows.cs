using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace E2EKafka;

/// <summary>The rows of a vault's file, seen and altered past the vault, which must not be open.</summary>
internal static class VaultRows
{
    /// <summary>All of them, as hexadecimal text.</summary>
    public static IReadOnlyList<string> In(string path)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT hex(collection) || '/' || hex(name) || '=' || hex(value) FROM entries ORDER BY collection, name";
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>The bytes of one column of one row.</summary>
    /// <param name="path">The vault's file.</param>
    /// <param name="entry">The row, as <c>collection/name</c>.</param>
    /// <param name="column">The column.</param>
    public static byte[] Bytes(string path, string entry, string column)
    {
        using var connection = Connect(path);
        using var command = Command(connection, entry, $"SELECT CAST({column} AS BLOB) FROM entries");
        return (byte[])command.ExecuteScalar()!;
    }

    /// <summary>Writes other bytes into one column of one row.</summary>
    public static void Replace(string path, string entry, string column, ReadOnlySpan<byte> bytes)
    {
        using var connection = Connect(path);
        using var command = Command(connection, entry, $"UPDATE entries SET {column} = CAST($bytes AS {(column == "value" ? "BLOB" : "TEXT")})");
        command.Parameters.AddWithValue("$bytes", bytes.ToArray());
        Assert.That(command.ExecuteNonQuery(), Is.EqualTo(1), entry);
    }

    /// <summary>Flips one bit of one column of one row.</summary>
    /// <returns>The column's bytes afterwards.</returns>
    public static byte[] FlipBit(string path, string entry, string column, int position)
    {
        var bytes = Bytes(path, entry, column);
        bytes[position] ^= (byte)(1 << (position % 8));
        Replace(path, entry, column, bytes);
        return bytes;
    }

    public static void Execute(string path, FormattableString sql)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql.ToString(CultureInfo.InvariantCulture);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string entry, string sql)
    {
        var parts = entry.Split('/', 2);
        var command = connection.CreateCommand();
        command.CommandText = sql + " WHERE CAST(collection AS BLOB) = $collection AND CAST(name AS BLOB) = $name";
        command.Parameters.AddWithValue("$collection", Encoding.UTF8.GetBytes(parts[0]));
        command.Parameters.AddWithValue("$name", Encoding.UTF8.GetBytes(parts[1]));
        return command;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }
}
