namespace E2EKafka.Records;

/// <summary>The members of <c>project.json</c>. The first three are for people; the signed document is what counts, and must agree.</summary>
internal sealed record ProjectFile(string Project, string Name, string Authority, string Document);
