namespace E2EKafka;

/// <summary>A failure of this library, with a typed <see cref="Reason"/>. Neither it nor its text ever holds a secret or plaintext.</summary>
public class EndToEndKafkaException : Exception
{
    /// <summary>Creates the exception.</summary>
    public EndToEndKafkaException(FailureReason reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Why it failed.</summary>
    public FailureReason Reason { get; }
}
