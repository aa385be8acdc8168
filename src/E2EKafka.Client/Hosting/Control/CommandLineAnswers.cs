using E2EKafka.Diagnostics;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Hosting;

/// <summary>Lets the command-line tool ask this process, where the options say so.</summary>
internal static class CommandLineAnswers
{
    /// <param name="isOn">Whether the options say so.</param>
    /// <param name="vaultFile">The vault that this process holds.</param>
    /// <param name="answer">What is asked of it.</param>
    /// <param name="log">Told where this machine lets no pipe be made, which is no reason not to work.</param>
    public static ControlServer? Start(bool isOn, string? vaultFile, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer, ILogger log)
    {
        if (!isOn)
            return null;

        try
        {
            return ControlServer.Start(vaultFile!, answer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            log.CommandLineNotAnswered(e.Message);
            return null;
        }
    }

    /// <summary>What is wrong with the option; <see langword="null"/> if nothing is.</summary>
    public static string? ProblemOf(bool isOn, string? vaultFile, OptionSource source) => isOn && string.IsNullOrWhiteSpace(vaultFile)
        ? $"{source.Of("AnswersCommandLine")} is set, and VaultFile is not: the tool finds a process by its vault's file."
        : null;
}
