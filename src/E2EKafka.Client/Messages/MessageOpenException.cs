namespace E2EKafka;

/// <summary>A message was not opened. Inside a consumer, <see cref="ConsumeExceptions.GetOpenFailure"/> finds it.</summary>
public sealed class MessageOpenException : EndToEndKafkaException
{
    /// <summary>Makes an exception of a failure.</summary>
    /// <param name="failure">Why.</param>
    public MessageOpenException(OpenFailure failure)
        : base((failure ?? throw new ArgumentNullException(nameof(failure))).Reason, failure.Message, failure.InnerException) => Failure = failure;

    /// <summary>Why.</summary>
    public OpenFailure Failure { get; }
}
