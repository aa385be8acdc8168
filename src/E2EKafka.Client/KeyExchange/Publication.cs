namespace E2EKafka.KeyExchange;

/// <summary>Records to write to one partition, in order, as one step of the key exchange.</summary>
/// <param name="Partition">Where.</param>
/// <param name="Records">What.</param>
/// <param name="Completed">Called once on the key exchange's thread, when what became of all of them is known.</param>
internal sealed record Publication(ControlPartition Partition, IReadOnlyList<string> Records, Action<Acknowledgement> Completed);
