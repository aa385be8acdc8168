namespace E2EKafka.Cli;

/// <summary>The command cannot do what it was asked to. The message is one sentence about what and where, and the way out.</summary>
internal class CliException(string message, Exception? innerException = null) : Exception(message, innerException);
