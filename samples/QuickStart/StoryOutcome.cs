using Confluent.Kafka;

namespace E2EKafka.QuickStart;

/// <summary>The project, what its consumer got, and the identifiers of the two members that sent it.</summary>
internal sealed record StoryOutcome(
    ProjectDocument Project, IReadOnlyList<ConsumeResult<string, Verified<Order>>> Received, string Producer1, string Producer2)
{
    public string NameOf(string identifier) =>
        identifier == Producer1 ? "producer1" : identifier == Producer2 ? "producer2" : identifier;
}
