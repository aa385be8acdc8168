namespace E2EKafka.Cli;

/// <summary>What <c>produce</c> has done.</summary>
/// <param name="Delivered">How many messages Kafka has taken.</param>
/// <param name="Failed">How many it has not.</param>
/// <param name="FirstFailure">The line of the first of these, and why; absent if there is none.</param>
internal sealed record ProducedMessages(long Delivered, long Failed, string? FirstFailure);
