namespace E2EKafka.Records;

/// <summary>A producer's announcement of sessions.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The producer's identifier.</param>
/// <param name="Iat">When it was signed, in Unix seconds.</param>
/// <param name="Statements">The sessions, all of one topic.</param>
/// <param name="Next">The signature of the next identity key, while the producer replaces its key.</param>
internal sealed record AnnouncementClaims(
    string Aud, string Sub, long Iat, IReadOnlyList<StatementClaims> Statements, NextKeySignature? Next = null);
