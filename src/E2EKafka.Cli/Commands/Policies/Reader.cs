namespace E2EKafka.Cli;

/// <summary>A member that can read a topic: one line of <c>who-can-read</c>.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Because">The rule that lets it.</param>
internal sealed record Reader(string Identifier, IReadOnlyDictionary<string, string> Attributes, string Because);
