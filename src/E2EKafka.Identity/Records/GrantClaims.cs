namespace E2EKafka.Records;

/// <summary>A session's secret, sealed to members.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The sender's identifier: the producer, or another holder.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Topic">The session's topic.</param>
/// <param name="Session">The session's id, 16 bytes.</param>
/// <param name="Announcement">The hash of the announcement that the sender accepted.</param>
/// <param name="Recipients">Who can open it.</param>
/// <param name="Credential">The sender's credential.</param>
internal sealed record GrantClaims(
    string Aud,
    string Sub,
    long Iat,
    string Topic,
    byte[] Session,
    string Announcement,
    IReadOnlyList<GrantRecipient> Recipients,
    string Credential);
