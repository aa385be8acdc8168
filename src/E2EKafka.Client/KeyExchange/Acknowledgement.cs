namespace E2EKafka.KeyExchange;

/// <summary>What became of a publication.</summary>
/// <param name="IsDurable">Whether all of its records are durable (acks=all).</param>
/// <param name="First">The broker's time when it appended the first of them; <see langword="null"/> where the broker does not stamp records.</param>
/// <param name="Last">The broker's time when it appended the last of them; <see langword="null"/> where the broker does not stamp records.</param>
internal readonly record struct Acknowledgement(bool IsDurable, DateTimeOffset? First = null, DateTimeOffset? Last = null)
{
    public static Acknowledgement Failed { get; } = new(IsDurable: false);

    /// <summary>Whether all records are durable and were appended close enough to a time.</summary>
    public bool IsWithin(TimeSpan delay, DateTimeOffset time) =>
        IsDurable && First is { } first && Last is { } last && (first - time).Duration() <= delay && (last - time).Duration() <= delay;
}
