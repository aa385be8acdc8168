namespace E2EKafka.Cli;

/// <summary>One line of <c>identity list</c>.</summary>
internal sealed record IdentityListing(string Name, string Identifier, string Project, string ProjectName);
