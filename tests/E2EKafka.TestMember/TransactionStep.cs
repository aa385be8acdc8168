namespace E2EKafka.TestMember;

/// <summary>What a transformer has just done.</summary>
public enum TransactionStep
{
    /// <summary>It has begun a transaction.</summary>
    Begun,

    /// <summary>The broker has the transaction's messages.</summary>
    Sent,

    /// <summary>The broker has the offsets of what was read.</summary>
    OffsetsSent,

    /// <summary>The transaction is committed.</summary>
    Committed,
}
