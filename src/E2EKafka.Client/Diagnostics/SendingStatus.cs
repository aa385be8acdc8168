namespace E2EKafka;

/// <summary>A topic that a member produces to, in a status.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Problem">Why it has no session, where it has none.</param>
/// <param name="Session">The id of the session that encrypts, 32 hexadecimal digits; empty if there is none.</param>
/// <param name="BeganAt">When that session began.</param>
/// <param name="EndsAt">When it ends at the latest.</param>
/// <param name="SuccessorDueAt">When its successor is announced at the latest.</param>
/// <param name="Successor">The id of the successor, if it is announced already; else empty.</param>
/// <param name="Messages">How many messages the session has encrypted.</param>
/// <param name="Recipients">The identifiers of the members that may hold the session's key, this one aside.</param>
public sealed record SendingStatus(
    string Topic,
    StatusProblem? Problem,
    string Session,
    DateTimeOffset? BeganAt,
    DateTimeOffset? EndsAt,
    DateTimeOffset? SuccessorDueAt,
    string Successor,
    long Messages,
    IReadOnlyList<string> Recipients);
