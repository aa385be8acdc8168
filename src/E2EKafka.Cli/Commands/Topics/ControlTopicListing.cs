namespace E2EKafka.Cli;

/// <summary>One line of <c>topics create</c>.</summary>
/// <param name="Name">The control topic's name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Created">Whether it was made now; if not, it was there.</param>
internal sealed record ControlTopicListing(string Name, int Partitions, bool Created);
