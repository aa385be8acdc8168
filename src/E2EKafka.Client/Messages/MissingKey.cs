namespace E2EKafka;

/// <summary>What a deserializer does with a record whose key is not here yet.</summary>
public enum MissingKey
{
    /// <summary>
    /// It waits, and blocks its caller: no loop skips the record. <c>ConsumeDecrypted</c> does not block: it goes on with other partitions.
    /// </summary>
    Wait,

    /// <summary>
    /// It fails at once with a <see cref="FailureKind.Transient"/> failure, for a loop that seeks back and reads the record again by itself. A loop
    /// that does not loses the record.
    /// </summary>
    Throw,
}
