using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// Removals of members. The project document names the records that count by their hashes, so the number of removals has no limit, and
/// what proves such a record is the document.
/// </summary>
internal sealed class RevocationRecord
{
    /// <summary>How many members one record removes at most: about 130 KB.</summary>
    public const int MaxRevocations = 1_000;

    /// <summary>How many records a document names at most.</summary>
    public const int MaxRecords = 1_000;

    private readonly Jws _jws;

    private RevocationRecord(Jws jws, RevocationClaims claims)
    {
        _jws = jws;
        Revocations = claims.Revocations;
    }

    /// <summary>What the project document names it by.</summary>
    public string Hash => _jws.Hash;

    /// <summary>The signed record, as it is published.</summary>
    public string Text => _jws.Text;

    public IReadOnlyList<Revocation> Revocations { get; }

    /// <summary>Reads a record, and believes nothing: a document has to name its hash, or <see cref="IsSignedBy"/> to hold.</summary>
    public static RevocationRecord? TryRead(Jws jws, string projectId) =>
        jws.Type == RecordTypes.Revocations &&
        jws.ReadUnverified(RecordJson.Default.RevocationClaims) is { } claims &&
        claims.Aud == projectId &&
        IsWellFormed(claims.Revocations)
            ? new RevocationRecord(jws, claims)
            : null;

    public static RevocationRecord Sign(string projectId, IReadOnlyList<Revocation> revocations, SigningKey key)
    {
        var text = Jws.Sign(RecordTypes.Revocations, key, new RevocationClaims(projectId, revocations), RecordJson.Default.RevocationClaims);
        return TryRead(Jws.TryParse(text)!, projectId) ?? throw new ArgumentException("A removal is out of bounds.", nameof(revocations));
    }

    public bool IsSignedBy(string projectId, SigningPublicKey key) => _jws.Verify(RecordTypes.Revocations, projectId, key);

    private static bool IsWellFormed(IReadOnlyList<Revocation> revocations) =>
        revocations.Count is > 0 and <= MaxRevocations &&
        revocations.All(revocation => revocation is not null && Base64UrlBytes.IsHash(revocation.Sub) && RecordClock.IsTime(revocation.At)) &&
        revocations.DistinctBy(revocation => revocation.Sub).Count() == revocations.Count;
}
