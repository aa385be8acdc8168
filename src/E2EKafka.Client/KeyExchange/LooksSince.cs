namespace E2EKafka.KeyExchange;

/// <summary>The looks that were taken since a record was read.</summary>
internal readonly record struct LooksSince(ControlInbox Inbox, long Arrival)
{
    /// <summary>Whether a partition was read to an end that was asked for after the record was read.</summary>
    public bool Include(ControlPartition partition) => Inbox.LookedAt(partition) >= Arrival;
}
