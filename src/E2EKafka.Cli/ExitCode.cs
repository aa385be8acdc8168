namespace E2EKafka.Cli;

/// <summary>What the tool's process ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>The command line, or a file that it names, is not one that the tool understands. Nothing was done.</summary>
    public const int Usage = 2;
}
