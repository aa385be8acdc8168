using E2EKafka.Records;

namespace E2EKafka.Membership;

/// <summary>
/// The records of removals that were read: those that a document names, and those that the next one may name, because the authority
/// publishes them before it. For one thread.
/// </summary>
internal sealed class RevocationRecords
{
    private readonly Dictionary<string, RevocationRecord> _records = [];
    private readonly Queue<string> _unnamed = new();

    public RevocationRecord? Find(string hash) => _records.GetValueOrDefault(hash);

    /// <summary>Keeps a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isNamed">Whether a document names it. There is room for as many others as a document can name.</param>
    public void Keep(RevocationRecord record, bool isNamed)
    {
        if (!_records.TryAdd(record.Hash, record) || isNamed)
            return;

        _unnamed.Enqueue(record.Hash);
        if (_unnamed.Count > RevocationRecord.MaxRecords)
            _records.Remove(_unnamed.Dequeue());
    }

    /// <summary>A document is in force. What it names stays, and what the one before it named and it does not goes.</summary>
    public void Name(IReadOnlyCollection<string> before, IReadOnlyCollection<string> now)
    {
        foreach (var hash in before.Except(now))
            _records.Remove(hash);
        foreach (var hash in Enumerable.Range(0, _unnamed.Count).Select(_ => _unnamed.Dequeue()).Except(now).ToList())
            _unnamed.Enqueue(hash);
    }
}
