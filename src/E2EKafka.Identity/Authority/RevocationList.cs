using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>All removals of a project, in the records that hold them. Immutable.</summary>
/// <param name="Records">The records, in the order of the project document.</param>
internal sealed record RevocationList(IReadOnlyList<RevocationRecord> Records)
{
    public IReadOnlyList<string> Hashes => [.. Records.Select(record => record.Hash)];

    /// <summary>With one removal more. Records are filled in order: only the last one is signed again, or that which had the member.</summary>
    public RevocationList With(Revocation revocation, string projectId, SigningKey key)
    {
        var records = Records.ToList();
        var at = records.FindIndex(record => record.Revocations.Any(known => known.Sub == revocation.Sub));
        if (at < 0 && records.Count > 0 && records[^1].Revocations.Count < RevocationRecord.MaxRevocations)
            at = records.Count - 1;
        if (at < 0 && records.Count == RevocationRecord.MaxRecords)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The project has {RevocationRecord.MaxRecords * RevocationRecord.MaxRevocations} removed members whose messages can still be opened, and no more can be listed. Shorten the longest key retention in the policy.");
        }

        IEnumerable<Revocation> others = at < 0 ? [] : records[at].Revocations.Where(known => known.Sub != revocation.Sub);
        var signed = RevocationRecord.Sign(projectId, [.. others, revocation], key);
        if (at < 0)
            records.Add(signed);
        else
            records[at] = signed;
        return new RevocationList(records);
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
