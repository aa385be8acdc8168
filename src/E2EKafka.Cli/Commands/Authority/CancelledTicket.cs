namespace E2EKafka.Cli;

/// <summary>What <c>ticket cancel</c> has done.</summary>
/// <param name="Id">The ticket's id, 43 characters.</param>
/// <param name="Members">The identifiers of the members that enrolled with it.</param>
/// <param name="RemovedAs">How these were removed; absent if they stay.</param>
internal sealed record CancelledTicket(string Id, IReadOnlyList<string> Members, RevocationKind? RemovedAs);
