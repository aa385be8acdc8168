namespace E2EKafka.QuickStart;

/// <summary>What is sent in the story, by key. Keys stay readable: Kafka needs them to choose a partition.</summary>
internal static class Orders
{
    public static IReadOnlyList<KeyValuePair<string, Order>> First { get; } =
    [
        new("berlin", new Order("Ada Lovelace", "difference engine", 1, "4929 7531 0864 2097")),
        new("paris", new Order("Blaise Pascal", "adding machine", 12, "4485 1357 9086 4211")),
        new("rome", new Order("Enrico Fermi", "slide rule", 40, "4716 8024 6135 7990")),
    ];

    public static IReadOnlyList<KeyValuePair<string, Order>> Second { get; } =
    [
        new("berlin", new Order("Konrad Zuse", "relay, 24 volts", 2600, "5407 2468 1357 9021")),
        new("delhi", new Order("Grace Hopper", "nanosecond of wire", 500, "5212 9630 8520 7412")),
        new("oslo", new Order("Alan Turing", "paper tape, endless", 7, "5135 1928 3746 5563")),
    ];
}
