namespace E2EKafka;

/// <summary>A message that was protected, or why it was not. One of the two is <see langword="null"/>.</summary>
/// <param name="Message">The message, in an array of the exact size that is the caller's.</param>
/// <param name="Failure">Why it may not be sent.</param>
public readonly record struct ProtectResult(byte[]? Message, EndToEndKafkaException? Failure);
