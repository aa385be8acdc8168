namespace E2EKafka.Records;

/// <summary>
/// No credential of a member with a lower serial counts: the authority has issued one with other attributes or another key since.
/// </summary>
/// <param name="Sub">The member's identifier.</param>
/// <param name="Serial">The lowest serial that counts.</param>
internal sealed record Narrowing(string Sub, long Serial);
