namespace E2EKafka.Messages;

/// <summary>Topics whose records may have been written to another topic: mirrors and dead-letter topics.</summary>
internal sealed class TopicAliases
{
    private readonly Dictionary<string, List<string>> _origins = [];

    public void Add(string topic, string writtenAs)
    {
        if (!_origins.TryGetValue(topic, out var origins))
            _origins[topic] = origins = [topic];
        if (!origins.Contains(writtenAs))
            origins.Add(writtenAs);
    }

    /// <summary>Whether a record of a topic may be of a session of another.</summary>
    public bool Accept(string topic, string writtenAs) =>
        topic == writtenAs || (_origins.TryGetValue(topic, out var origins) && origins.Contains(writtenAs));

    /// <summary>The topics that a topic's records may have been written to, itself included.</summary>
    public IReadOnlyList<string> OriginsOf(string topic) => _origins.TryGetValue(topic, out var origins) ? origins : [topic];
}
