using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>What the authority keeps of a member, under its identifier.</summary>
/// <param name="Ticket">The hash of the ticket that it enrolled with.</param>
/// <param name="EnrolledAt">When, in Unix seconds.</param>
/// <param name="Attributes">What policy rules speak of.</param>
/// <param name="Serial">The serial of its newest credential.</param>
/// <param name="Key">The thumbprint of its identity key.</param>
/// <param name="Credential">Its newest credential.</param>
/// <param name="LatestExp">The latest end of all its credentials, in Unix seconds.</param>
/// <param name="KeyChangedAt">When it last replaced its identity key, in Unix seconds, if it did.</param>
/// <param name="Superseded">Its credentials that count no longer, though some may not have ended; <see langword="null"/> if there are none.</param>
internal sealed record MemberRecord(
    string Ticket,
    long EnrolledAt,
    IReadOnlyDictionary<string, string> Attributes,
    long Serial,
    string Key,
    string Credential,
    long LatestExp,
    long? KeyChangedAt = null,
    SupersededCredentials? Superseded = null)
{
    /// <summary>What its newest credential says.</summary>
    public CredentialClaims ReadClaims() =>
        Jws.TryParse(Credential)?.ReadUnverified(RecordJson.Default.CredentialClaims) ?? throw new EndToEndKafkaException(
            FailureReason.VaultCorrupt, "The authority's vault has a credential that this release cannot read. Use the release that wrote it, or a later one.");

    /// <summary>With a credential that takes something away, which is in the record already.</summary>
    /// <param name="previous">The record before.</param>
    public MemberRecord Supersede(MemberRecord previous)
    {
        // With the same key, it keeps what it keeps.
        var lost = previous.Attributes.Where(attribute => Key != previous.Key || Attributes.GetValueOrDefault(attribute.Key) != attribute.Value);
        return this with { Superseded = new SupersededCredentials(Serial, previous.LatestExp, lost.ToDictionary()) };
    }
}

/// <summary>Credentials of a member that the project document rules out by a narrowing.</summary>
/// <param name="LowestSerial">The lowest serial that counts.</param>
/// <param name="Until">When the last of them ends, in Unix seconds. The narrowing is not needed after.</param>
/// <param name="Lost">The attributes that the member had by them and lost; with a new key, all.</param>
internal sealed record SupersededCredentials(long LowestSerial, long Until, IReadOnlyDictionary<string, string> Lost);
