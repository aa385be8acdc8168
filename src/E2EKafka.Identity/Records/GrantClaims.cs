namespace E2EKafka.Records;

/// <summary>Secrets of sessions, sealed to members.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The sender's identifier: the producer, or another holder.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Recipients">Who can open what. All have the same partition of the grants topic.</param>
internal sealed record GrantClaims(string Aud, string Sub, long Iat, IReadOnlyList<GrantRecipient> Recipients);
