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
/// <item><b>Damage is set aside.</b> An entry that cannot be read is left as it is and listed in <see cref="Unreadable"/>. One damaged
/// entry does not keep the others from being read, and is never taken for one that is not there: owners look at the list.</item>
/// <item><b>Forgetting is real.</b> What a batch deletes or replaces must not be recoverable from the store itself afterwards: forward
/// secrecy ends where an old key survives. Point-in-time backups, versioned objects and soft delete keep what was deleted; turn them
/// off, or know that keys live as long as they do.</item>
/// <item><b>Never older.</b> An older copy put back (a snapshot, a restored backup) cannot be noticed from the store alone. It brings
/// deleted keys back and forgets later ones.</item>
/// <item><b>Typed failures.</b> Throw <see cref="EndToEndKafkaException"/> with one of the <c>Vault…</c> reasons; other exceptions are
/// treated the same, but say less. A member waits for a vault that cannot be written, and goes on when it can. Never put a value into a message.</item>
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

    /// <summary>
    /// The entries that cannot be read, as found when the vault was opened and at any later read: not authentic under the vault's key, no
    /// value at all, or with a collection or name that <see cref="VaultBatch"/> does not allow. None by default.
    /// </summary>
    /// <remarks>
    /// <para>Each is <c>collection/name</c>; for a collection or a name that is not 1 to 100 characters of printable ASCII stands <c>?</c>.
    /// A store may keep this list short, as long as an entry that was just found is on it. <see cref="SqliteVault"/> keeps 1,000 names, and
    /// then a last text that says how many more there are at least.</para>
    /// <para>They are left as they are. <see cref="Read"/> returns null for them, and <see cref="List"/> passes over them. A batch that puts
    /// or deletes one by its name replaces or deletes it, and it is no longer listed.</para>
    /// </remarks>
    IReadOnlyCollection<string> Unreadable => [];

    /// <summary>
    /// Returns a copy of one value, or null if there is none or it is <see cref="Unreadable"/>. The caller owns the array and zeroes it
    /// after use.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be read.</exception>
    byte[]? Read(string collection, string name);

    /// <summary>
    /// Returns copies of all values of a collection by name, but for those that are <see cref="Unreadable"/>; empty if there are none.
    /// The caller owns the arrays and zeroes them after use.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be read.</exception>
    IReadOnlyDictionary<string, byte[]> List(string collection);

    /// <summary>
    /// Applies a batch in its order: all of it, durable when this returns. When this throws, do not count on it: nothing was changed,
    /// or, if the failure came after the last byte, all. Never a part. Deleting what is not there is no error. The store copies what it
    /// keeps; the batch stays its caller's to dispose.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The vault cannot be written.</exception>
    void Write(VaultBatch batch);
}
