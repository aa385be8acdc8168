namespace E2EKafka.KeyExchange;

/// <summary>A <see cref="TokenBucket"/> for each member, so that none can use up another's.</summary>
/// <param name="clock">The clock.</param>
/// <param name="capacity">What each holds at most, and at the start.</param>
/// <param name="perHour">What comes back to each in an hour.</param>
internal sealed class MemberBudgets(SteadyClock clock, int capacity, int perHour)
{
    private readonly Dictionary<string, TokenBucket> _budgets = [];

    public bool TryTake(string member)
    {
        if (!_budgets.TryGetValue(member, out var budget))
            _budgets[member] = budget = new TokenBucket(clock, capacity, perHour);
        return budget.TryTake();
    }
}
