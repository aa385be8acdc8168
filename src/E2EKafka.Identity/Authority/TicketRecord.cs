namespace E2EKafka.Authority;

/// <summary>
/// What the authority keeps of a ticket, under the hash of its secret. Who enrolled with it is in each <see cref="MemberRecord"/>,
/// so that the record stays small however many did.
/// </summary>
/// <param name="Attributes">What members that enroll with it get.</param>
/// <param name="Uses">How many identities may enroll with it.</param>
/// <param name="Exp">Until when, in Unix seconds.</param>
/// <param name="Used">How many did.</param>
internal sealed record TicketRecord(IReadOnlyDictionary<string, string> Attributes, int Uses, long Exp, int Used);
