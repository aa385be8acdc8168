namespace E2EKafka;

/// <summary>
/// Something was refused, for the reason in <see cref="Reason"/>. The message says what, where and what to do, and never holds a secret or a
/// plaintext. Nor does <see cref="Exception.ToString"/>, but for what an application's own serializer threw
/// (<see cref="FailureReason.InnerSerializerFailed"/>, <see cref="FailureReason.InnerSerializerUnavailable"/>), or its <see cref="IVaultKeyProvider"/>
/// (<see cref="FailureReason.VaultUnavailable"/>), which is the inner exception.
/// </summary>
public class EndToEndKafkaException : Exception
{
    /// <summary>Makes an exception with its reason.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">What, where and what to do, without secrets.</param>
    /// <param name="innerException">The cause, if there is one that cannot hold a secret.</param>
    public EndToEndKafkaException(FailureReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why.</summary>
    public FailureReason Reason { get; }

    /// <summary>What a caller can do about it.</summary>
    public FailureKind Kind => Reason.Kind();
}
