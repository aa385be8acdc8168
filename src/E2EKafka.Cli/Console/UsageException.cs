namespace E2EKafka.Cli;

/// <summary>The command line, or a configuration that it names, is wrong: <see cref="ExitCode.Usage"/>. Never holds a value that may be secret.</summary>
internal sealed class UsageException(string message) : CliException(message);
