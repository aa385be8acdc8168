namespace E2EKafka.Cli;

/// <summary>What <c>project create</c> has made.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="Id">Its id, 43 characters.</param>
/// <param name="Authority">The authority's identifier, 43 characters.</param>
/// <param name="Document">The path of <c>project.json</c>.</param>
/// <param name="Vault">The path of the authority's vault.</param>
internal sealed record CreatedProject(string Name, string Id, string Authority, string Document, string Vault);
