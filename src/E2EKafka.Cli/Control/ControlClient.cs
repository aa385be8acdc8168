using System.IO.Pipes;
using System.Text.Json;

namespace E2EKafka.Cli;

/// <summary>Asks the process that holds a vault.</summary>
internal static class ControlClient
{
    /// <returns>Its answer; <see langword="null"/> if there is no such process.</returns>
    /// <exception cref="CliException">It does not answer as it should.</exception>
    public static async Task<ControlAnswer?> TryAskAsync(string vaultFile, ControlRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var pipe = new NamedPipeClientStream(
            ".", ControlPipe.NameOf(vaultFile), PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"The pipe {ControlPipe.NameOf(vaultFile)} belongs to another user, who may mean harm: find out who, and remove it.");
        }

        try
        {
            await ControlPipe.WriteAsync(pipe, request, ControlJson.Default.ControlRequest, cancellationToken);
            return await ControlPipe.ReadAsync(pipe, ControlJson.Default.ControlAnswer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new CliException($"The process that holds the vault '{vaultFile}' did not answer ({e.Message}): look whether it still runs, and try again.", e);
        }
    }
}
