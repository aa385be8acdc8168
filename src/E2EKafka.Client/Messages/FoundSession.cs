namespace E2EKafka.Messages;

/// <summary>The session of a message: the one it can be opened with, or why it cannot.</summary>
internal readonly record struct FoundSession(OpenableSession? Session, OpenFailure? Failure);
