namespace E2EKafka.Cli;

/// <summary>The authority that <c>authority run</c> runs.</summary>
/// <param name="Project">The project's id, 43 characters.</param>
/// <param name="Authority">The authority's identifier, 43 characters.</param>
/// <param name="Version">The version of the project document in force when it began to serve.</param>
internal sealed record RunningAuthority(string Project, string Authority, long Version);
