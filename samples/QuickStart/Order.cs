namespace E2EKafka.QuickStart;

/// <summary>What the producers send. No broker should ever see any of it.</summary>
internal sealed record Order(string Customer, string Item, int Quantity, string Card)
{
    /// <summary>Fields that a search of the broker's bytes can tell from chance.</summary>
    public IEnumerable<string> TellingFields => [Customer, Item, Card];
}
