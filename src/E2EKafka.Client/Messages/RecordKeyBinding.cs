namespace E2EKafka;

/// <summary>Whether a message belongs to its record's key, as far as this reader knows.</summary>
public enum RecordKeyBinding
{
    /// <summary>The producer bound no key: the value may stand under any key.</summary>
    NotBound,

    /// <summary>
    /// The producer bound a key, and this reader did not see the record's key as bytes to compare: the key may have been exchanged. Wrap
    /// the key's deserializer in <see cref="EndToEndKafka.BindKey{T}(Confluent.Kafka.IDeserializer{T}, MissingKey, TimeSpan?, Func{Exception, bool})"/>.
    /// </summary>
    NotCompared,

    /// <summary>The producer bound a key, and it is the record's.</summary>
    Matches,
}
