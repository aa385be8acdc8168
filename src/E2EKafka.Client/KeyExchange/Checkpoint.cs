using System.Text;

namespace E2EKafka.KeyExchange;

/// <summary>
/// What a member need not read again: the control records that still matter, and how far each partition was read. Both are
/// written together, so that a crash only means reading some of it again. In a vault in memory there is none.
/// </summary>
internal sealed class Checkpoint(IVaultStore vault, SteadyClock clock)
{
    private const string Collection = "checkpoint";
    private const string PositionPrefix = "position:";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, string?> _changes = [];
    private readonly HashSet<string> _names = vault.IsDurable ? [.. vault.List(Collection).Keys] : [];
    private DateTimeOffset _writtenAt = clock.Now;

    public static string CredentialOf(string member) => $"credential:{member}";

    /// <summary>A credential by a key that the authority has announced.</summary>
    public static string NextCredentialOf(string authorityKey, string member) => $"next-credential:{authorityKey}:{member}";

    /// <summary>An announcement of the authority's next key.</summary>
    public static string KeyChangeOf(string hash) => $"authority-key:{hash}";

    public static string RevocationsOf(string hash) => $"revocations:{hash}";

    /// <summary>A document that is not in force yet, because a record of removals is missing.</summary>
    public static string WaitingDocument => "document:waiting";

    /// <summary>A document that contradicts the one in force.</summary>
    public static string ConflictingDocument => "document:conflicting";

    public static string PackageOf(string member) => $"package:{member}";

    public static string SessionOf(SessionRef session) => $"session:{session.Id}:{session.Topic}";

    public static string GrantedPartition(int partition) => $"granted:{partition}";

    public static string StartOf(ControlPartition partition) => $"log-start:{partition}";

    public static string TopicIdOf(ControlTopicKind topic) => $"topic-id:{topic}";

    /// <summary>Everything that was kept, by name, positions aside.</summary>
    public IEnumerable<KeyValuePair<string, string>> Records() => Read()
        .Where(pair => !pair.Key.StartsWith(PositionPrefix, StringComparison.Ordinal));

    /// <summary>The offset of the next record of each partition.</summary>
    public IEnumerable<KeyValuePair<ControlPartition, long>> Positions()
    {
        foreach (var (name, text) in Read().Where(pair => pair.Key.StartsWith(PositionPrefix, StringComparison.Ordinal)))
        {
            var parts = name[PositionPrefix.Length..].Split('/');
            if (parts.Length == 2 && Enum.TryParse<ControlTopicKind>(parts[0], out var topic) &&
                int.TryParse(parts[1], out var partition) && long.TryParse(text, out var offset))
                yield return new(new ControlPartition(topic, partition), offset);
        }
    }

    /// <summary>Keeps a record, if there is none of its name.</summary>
    /// <returns>Whether there was none.</returns>
    public bool TryKeep(string name, string record)
    {
        if (!_names.Add(name))
            return false;

        Keep(name, record);
        return true;
    }

    public void Keep(string name, string record)
    {
        _names.Add(name);
        _changes[name] = record;
    }

    public void Forget(string name)
    {
        _names.Remove(name);
        _changes[name] = null;
    }

    public void Keep(ControlPartition partition, long offset) => _changes[$"{PositionPrefix}{partition}"] = $"{offset}";

    /// <summary>Writes what has changed, if the last time is a while ago.</summary>
    public void WriteIfDue()
    {
        if (clock.Now >= _writtenAt + Interval)
            Write();
    }

    public void Write()
    {
        _writtenAt = clock.Now;
        if (_changes.Count == 0)
            return;
        if (vault.IsDurable)
        {
            using var batch = new VaultBatch();
            foreach (var (name, record) in _changes)
            {
                if (record is null)
                    batch.Delete(Collection, name);
                else
                    batch.Put(Collection, name, Encoding.ASCII.GetBytes(record));
            }

            vault.Write(batch);
        }

        _changes.Clear();
    }

    private IEnumerable<KeyValuePair<string, string>> Read() => vault.IsDurable
        ? vault.List(Collection).Select(pair => KeyValuePair.Create(pair.Key, Encoding.ASCII.GetString(pair.Value)))
        : [];
}
