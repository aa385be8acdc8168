namespace E2EKafka;

/// <summary>A message that was opened, or why it was not. One of the two is <see langword="null"/>.</summary>
/// <param name="Opened">The plaintext and where it comes from.</param>
/// <param name="Failure">Why it is refused. One of <see cref="FailureKind.Transient"/> must not be passed over.</param>
public readonly record struct OpenResult(OpenedMessage? Opened, OpenFailure? Failure);
