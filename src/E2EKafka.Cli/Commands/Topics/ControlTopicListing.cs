namespace E2EKafka.Cli;

/// <summary>One line of <c>topics create</c>.</summary>
/// <param name="Name">The control topic's name.</param>
/// <param name="Partitions">How many partitions it has; none if it is not there.</param>
/// <param name="Created">Whether it was made now; if not, it was there, or could not be made.</param>
/// <param name="Wanted">How it must be.</param>
/// <param name="Found">What is not as it must be.</param>
/// <param name="Remedy">What to do about that.</param>
internal sealed record ControlTopicListing(string Name, int Partitions, bool Created, string Wanted, string? Found = null, string? Remedy = null);
