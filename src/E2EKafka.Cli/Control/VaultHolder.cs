namespace E2EKafka.Cli;

/// <summary>One rule for everything that takes a vault: ask the process that holds it, else be it.</summary>
internal static class VaultHolder
{
    /// <summary>A process that is just starting has the vault before it answers; one that stops has it a little longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="folder">The vault.</param>
    /// <param name="keys">What opens it.</param>
    /// <param name="request">What is to be done.</param>
    /// <param name="answer">How this process does it, with the vault.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CliException">It went wrong, here or there.</exception>
    public static async Task<ControlAnswer> AskAsync(
        VaultFolder folder, VaultKeySource keys, ControlRequest request, Func<IVaultStore, Task<ControlAnswer>> answer, CancellationToken cancellationToken)
    {
        if (await ControlClient.TryAskAsync(folder.VaultFile, request, TimeSpan.Zero, cancellationToken) is { } theirs)
            return RequireSuccess(theirs) with { IsByAnotherProcess = true };

        SqliteVault vault;
        try
        {
            vault = folder.Open(keys);
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.VaultLocked)
        {
            var later = await ControlClient.TryAskAsync(folder.VaultFile, request, Patience, cancellationToken) ??
                throw new CliException($"Another process has the vault '{folder.VaultFile}' open and does not answer: try again, or end it. An application answers if its option AnswersCommandLine is set.", e);
            return RequireSuccess(later) with { IsByAnotherProcess = true };
        }

        using (vault)
            return RequireSuccess(await answer(vault));
    }

    private static ControlAnswer RequireSuccess(ControlAnswer answer) => answer.Problem is null ? answer : throw new CliException(answer.Problem);
}
