namespace E2EKafka.QuickStart;

/// <summary>What the demo claims, checked.</summary>
/// <param name="Problems">What is wrong, in sentences; none if all is well.</param>
/// <param name="Searched">How many records of each topic were searched.</param>
internal sealed record Verdict(IReadOnlyList<string> Problems, IReadOnlyDictionary<string, int> Searched)
{
    public static Verdict Of(
        StoryOutcome outcome, IReadOnlyDictionary<string, IReadOnlyList<RawRecord>> topics, string dataTopic)
    {
        var sent = Orders.First.Select(order => (outcome.Producer1, order.Key, order.Value))
            .Concat(Orders.Second.Select(order => (outcome.Producer2, order.Key, order.Value)))
            .ToList();
        return new Verdict(
            [
                .. Bytes(topics, [.. outcome.Project.ControlTopics.Select(topic => topic.Name)], dataTopic, sent.ConvertAll(message => message.Value)),
                .. Messages(outcome, sent),
            ],
            topics.ToDictionary(topic => topic.Key, topic => topic.Value.Count));
    }

    private static IEnumerable<string> Messages(StoryOutcome outcome, IReadOnlyList<(string Producer, string Key, Order Order)> sent)
    {
        var missing = sent.ToList();
        foreach (var record in outcome.Received)
        {
            var value = record.Message.Value;
            if (!value.IsVerified || value.Origin!.ProvenBy != MessageProof.Signature)
                yield return $"The message at {record.TopicPartitionOffset} is not verified: {value.Failure?.Message ?? "its producer is not proven"}.";
            else if (!missing.Remove((value.Origin.Producer, record.Message.Key, value.Value)))
                yield return $"The message at {record.TopicPartitionOffset} is not one that its producer sent, or came twice.";
        }

        foreach (var (producer, key, _) in missing)
            yield return $"The order of {outcome.NameOf(producer)} with key {key} is missing.";
    }

    private static IEnumerable<string> Bytes(
        IReadOnlyDictionary<string, IReadOnlyList<RawRecord>> topics, IReadOnlyCollection<string> controlTopics, string dataTopic, List<Order> orders)
    {
        var search = new PlaintextSearch(orders.SelectMany(order => order.TellingFields));

        // A search that cannot find anything proves nothing: it must find each order in what the application's own serializer wrote.
        if (orders.Any(order => search.Find(new OrderJson().Serialize(order, default)) is null))
            yield return "The search does not find an order that is there.";

        foreach (var topic in controlTopics.Append(dataTopic))
        {
            if (!topics.TryGetValue(topic, out var records) || records.Count == 0)
                yield return $"No record of {topic} was searched.";
        }

        if (topics.TryGetValue(dataTopic, out var data) && data.Count != orders.Count)
            yield return $"The broker holds {data.Count} messages of {orders.Count}.";

        foreach (var record in topics.Values.SelectMany(records => records))
        {
            if (search.Find(record) is { } text)
                yield return $"Plaintext on the broker: '{text}' at {record.Position}.";
        }
    }
}
