namespace E2EKafka.Cli;

/// <summary>What <c>ticket create</c> has made.</summary>
/// <param name="Id">The ticket's id, 43 characters.</param>
/// <param name="Attributes">What members that enroll with it get.</param>
/// <param name="Uses">How many may enroll with it.</param>
/// <param name="ExpiresAt">Until when it can be used.</param>
/// <param name="Ticket">The ticket, a secret; absent if it is in a file.</param>
/// <param name="File">The path of the file that has the ticket, if it is in one.</param>
internal sealed record CreatedTicket(
    string Id, IReadOnlyDictionary<string, string> Attributes, int Uses, DateTimeOffset ExpiresAt, string? Ticket, string? File);
