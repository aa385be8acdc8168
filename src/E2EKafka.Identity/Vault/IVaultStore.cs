namespace E2EKafka;

/// <summary>
/// Where one member keeps its secrets: its identity key, key-package keys, session keys, checkpoints. A small transactional store of
/// named values in named collections. The library brings <see cref="SqliteVault"/> and <see cref="MemoryVault"/>; implement this
/// interface to keep them elsewhere (a database of your own, a cloud key vault, a store whose key is in an HSM).
/// </summary>
/// <remarks>
/// <para>What an implementation promises. The guarantees of the library rest on these, so each matters:</para>
/// <list type="bullet">
/// <item><b>One owner.</b> While one instance is open, opening the same vault again, in this process or another, fails with
/// <see cref="FailureReason.VaultLocked"/>. Two processes with one identity would undo each other's state.</item>
/// <item><b>Atomic and durable.</b> <see cref="Write"/> applies all of a batch or nothing, and returns only when the result survives
/// the loss of power (where <see cref="IsDurable"/> is true). The library sends a message or a control record on the strength of
/// that return: a store that answers early, or a replica that lags, loses messages.</item>
/// <item><b>Own writes are read.</b> <see cref="Read"/> and <see cref="List"/> see every batch written before, at once.</item>
/// <item><b>Confidential and authentic.</b> Values are private keys in the clear when they get here. Encrypt them at rest, and
/// authenticate them together with their collection and name, so that no value can be altered or moved to another name. Names are
/// not secret.</item>
/// <item><b>Forgetting is real.</b> What a batch deletes or replaces must not be recoverable from the store itself afterwards: forward
/// secrecy ends where an old key survives. Point-in-time backups, versioned objects and soft delete keep what was deleted; turn them
/// off, or know that keys live as long as they do.</item>
/// <item><b>Never older.</b> An older copy put back (a snapshot, a restored backup) cannot be noticed from the store alone. It brings
/// deleted keys back and forgets later ones.</item>
/// <item><b>Typed failures.</b> Throw <see cref="EndToEndKafkaException"/> with one of the <c>Vault…</c> reasons; other exceptions stop
/// the member just the same, but say less. Never put a value into a message.</item>
/// <item><b>Threads.</b> Members may be called from any thread and must be safe to call concurrently. They are synchronous on
/// purpose: the caller needs the result before it may go on. Calls are rare, never one per message.</item>
/// </list>
/// <para>Collections and names are 1 to <see cref="VaultBatch.MaxNameLength"/> printable ASCII characters without space (U+0021 to
/// U+007E), compared ordinally, case included. Values are 0 to <see cref="VaultBatch.MaxValueSize"/> bytes.</para>
/// </remarks>
public interface IVaultStore : IDisposable
{
    /// <summary>Whether what was written survives the process. If not, the member enrolls again at every start.</summary>
    bool IsDurable { get; }

    /// <summary>Returns a copy of one value, or null if there is none. The caller owns the array and zeroes it after use.</summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be read, or the value is not authentic.</exception>
    byte[]? Read(string collection, string name);

    /// <summary>
    /// Returns copies of all values of a collection by name; empty if there are none. The caller owns the arrays and zeroes them
    /// after use.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be read, or one of the values is not authentic.</exception>
    IReadOnlyDictionary<string, byte[]> List(string collection);

    /// <summary>
    /// Applies a batch in its order: all of it, durable when this returns. When this throws, do not count on it: nothing was changed,
    /// or, if the failure came after the last byte, all. Never a part. Deleting what is not there is no error. The store copies what it
    /// keeps; the batch stays its caller's to dispose.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be written.</exception>
    void Write(VaultBatch batch);
}
