namespace E2EKafka.Cli;

/// <summary>What <c>member set</c> has done.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="Attributes">All attributes that it has now.</param>
internal sealed record SetMember(string Identifier, IReadOnlyDictionary<string, string> Attributes);
