namespace E2EKafka.Cli;

/// <summary>Counts refused messages, and tells of each producer and reason once.</summary>
internal sealed class Refusals(Surroundings surroundings)
{
    /// <summary>A writer of the topic must not be able to fill our memory.</summary>
    private const int MaxTold = 1_000;

    private readonly Dictionary<(string Producer, FailureReason Reason), long> _counts = [];

    public long Count { get; private set; }

    public void Add(OpenFailure failure)
    {
        Count++;
        var told = (failure.Producer, failure.Reason);
        if (_counts.TryGetValue(told, out var count))
        {
            _counts[told] = count + 1;
        }
        else if (_counts.Count < MaxTold)
        {
            _counts.Add(told, 1);
            surroundings.WriteLine(Printable.Of($"Refused ({failure.Reason}): {failure.Message}{(failure.Producer.Length == 0 ? "" : $" Producer {failure.Producer}.")}"));
        }
    }

    public void Sum()
    {
        if (Count == 0)
            return;

        surroundings.WriteLine(Count == 1 ? "1 message was refused:" : $"{Count} messages were refused:");
        foreach (var ((producer, reason), count) in _counts.OrderByDescending(pair => pair.Value))
            surroundings.WriteLine($"  {count} {reason}{(producer.Length == 0 ? "" : $" by {producer}")}");
    }
}
