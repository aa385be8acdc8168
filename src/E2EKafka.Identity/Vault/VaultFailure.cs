using Microsoft.Data.Sqlite;

namespace E2EKafka.Vault;

/// <summary>Says in one sentence what is wrong with a vault, where, and what to do.</summary>
internal static class VaultFailure
{
    // Primary result codes, https://sqlite.org/rescode.html
    private const int Perm = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int Io = 10;
    private const int Full = 13;
    private const int CantOpen = 14;

    private const int ShownEntries = 5;

    /// <summary>The typed failure for what the platform threw, or null if it is not about the vault's file.</summary>
    public static EndToEndKafkaException? Of(Exception exception, string path) => exception switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked } => new(
            FailureReason.VaultLocked,
            $"The vault '{path}' is open in another process, or elsewhere in this one. An identity has one running process: stop the other, or give this one a vault of its own.",
            exception),
        SqliteException { SqliteErrorCode: Full } => Unavailable(path, "the disk is full. Free some space; nothing was changed.", exception),
        SqliteException { SqliteErrorCode: ReadOnly } => Unavailable(path, "it is read-only. Let this process write the file and its folder.", exception),
        SqliteException { SqliteErrorCode: Perm or CantOpen } => Unavailable(
            path, "it cannot be opened. See that it is a file, and that this process may read and write it and its folder.", exception),
        SqliteException { SqliteErrorCode: Io } => Unavailable(path, "reading or writing failed. Check the disk, then start this process again.", exception),
        SqliteException { SqliteErrorCode: NoMemory } => Unavailable(path, "there is not enough memory.", exception),
        // All others are about the content: not a database, malformed, too big, not the schema.
        SqliteException => Corrupt(path, exception),
        IOException or UnauthorizedAccessException => Unavailable(path, exception.Message, exception),
        _ => null,
    };

    public static EndToEndKafkaException Corrupt(string path, Exception? inner = null) => new(
        FailureReason.VaultCorrupt,
        $"The file '{path}' is damaged, was altered, or is not a vault. Restore it from a backup, or move it away and enroll this member again with a fresh ticket.",
        inner);

    /// <summary>A vault that opens, and whose owner cannot go on without what it has lost.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="problem">What it lacks, after its name.</param>
    /// <param name="advice">What to do.</param>
    public static EndToEndKafkaException Incomplete(IVaultStore vault, string problem, string advice)
    {
        var name = vault is SqliteVault { FilePath: var path } ? $"The vault '{path}'" : "The vault";
        return new(FailureReason.VaultCorrupt, $"{name} {problem}{(vault.Unreadable is { Count: > 0 } unreadable ? $"; {Describe(unreadable)}" : "")}. {advice}");
    }

    /// <summary>How many entries of a vault cannot be read, and the first of them.</summary>
    public static string Describe(IReadOnlyCollection<string> unreadable) =>
        $"{(unreadable.Count > UnreadableEntries.MaxNames ? $"more than {UnreadableEntries.MaxNames}" : unreadable.Count)} of its entries cannot be read: " +
        $"{string.Join(", ", unreadable.Take(ShownEntries))}{(unreadable.Count > ShownEntries ? " and others" : "")}";

    public static EndToEndKafkaException NewerFormat(string path, long version) =>
        Unavailable(path, $"it has format {version}, which this version does not know. Update E2EKafka, or use the vault's own version.");

    public static EndToEndKafkaException KeyWrong(string path, VaultHeader header, VaultKey key) => new(
        FailureReason.VaultKeyWrong,
        (header.IsPassphrase, key.IsPassphrase) switch
        {
            (true, false) => $"The vault '{path}' was made with a passphrase, and a key was given.",
            (false, true) => $"The vault '{path}' was made with a key, and a passphrase was given.",
            _ => $"The vault '{path}' does not open with this {(key.IsPassphrase ? "passphrase" : "key")}. Give the one it was made with; the file itself is whole.",
        });

    private static EndToEndKafkaException Unavailable(string path, string why, Exception? inner = null) =>
        new(FailureReason.VaultUnavailable, $"The vault '{path}' cannot be used: {why}", inner);
}
