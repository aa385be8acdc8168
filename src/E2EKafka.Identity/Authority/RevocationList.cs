using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>All removals of a project, in the records that hold them. Immutable.</summary>
/// <param name="Records">The records, in the order of the project document.</param>
internal sealed record RevocationList(IReadOnlyList<RevocationRecord> Records)
{
    public IReadOnlyList<string> Hashes => [.. Records.Select(record => record.Hash)];

    /// <summary>With more removals. Records are filled in order, and a member stays in its record: only those that change are signed again.</summary>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>: there is no room.</exception>
    public RevocationList With(IEnumerable<Revocation> revocations, string projectId, SigningKey key)
    {
        var lists = Records.Select(record => record.Revocations.ToList()).ToList();
        var changed = new HashSet<int>();
        foreach (var revocation in revocations)
        {
            var at = lists.FindIndex(list => list.Exists(known => known.Sub == revocation.Sub));
            if (at < 0 && (lists.Count == 0 || lists[^1].Count == RevocationRecord.MaxRevocations))
                lists.Add([]);
            if (at < 0)
                at = lists.Count - 1;
            lists[at].RemoveAll(known => known.Sub == revocation.Sub);
            lists[at].Add(revocation);
            changed.Add(at);
        }

        if (lists.Count > RevocationRecord.MaxRecords)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The project has {RevocationRecord.MaxRecords * RevocationRecord.MaxRevocations} removed members whose messages can still be opened, and no more can be listed. Shorten the longest key retention in the policy.");
        }

        return new RevocationList([.. lists.Select((list, i) => changed.Contains(i) ? RevocationRecord.Sign(projectId, list, key) : Records[i])]);
    }

    /// <summary>Without those that no one needs any more, because nothing of the member can be opened.</summary>
    /// <param name="at">Removals of this time or later stay.</param>
    /// <param name="projectId">The project's id.</param>
    /// <param name="key">The authority's key.</param>
    public RevocationList Since(DateTimeOffset at, string projectId, SigningKey key) => new(
    [
        .. Records.Select(record => (Record: record, Kept: record.Revocations.Where(revocation => revocation.At >= at.ToUnixTimeSeconds()).ToList()))
            .Where(pair => pair.Kept.Count > 0)
            .Select(pair => pair.Kept.Count == pair.Record.Revocations.Count ? pair.Record : RevocationRecord.Sign(projectId, pair.Kept, key)),
    ]);
}
