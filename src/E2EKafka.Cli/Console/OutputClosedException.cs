namespace E2EKafka.Cli;

/// <summary>Nobody reads standard output any more.</summary>
internal sealed class OutputClosedException(IOException cause) : IOException(cause.Message, cause);
