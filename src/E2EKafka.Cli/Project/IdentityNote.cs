namespace E2EKafka.Cli;

/// <summary>What is known of an identity without opening its vault.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="Project">The project's id.</param>
/// <param name="ProjectName">The project's name.</param>
internal sealed record IdentityNote(string Identifier, string Project, string ProjectName);
