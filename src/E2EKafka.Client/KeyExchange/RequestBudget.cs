namespace E2EKafka.KeyExchange;

/// <summary>How many keys one member may ask us for: 10,000 in an hour, so that nobody can keep a holder busy.</summary>
internal sealed class RequestBudget
{
    private const int MaxPerHour = 10_000;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private DateTimeOffset _since = DateTimeOffset.MinValue;
    private int _taken;

    public bool TryTake(DateTimeOffset now)
    {
        if (now - _since >= Hour)
            (_since, _taken) = (now, 0);
        return ++_taken <= MaxPerHour;
    }
}
