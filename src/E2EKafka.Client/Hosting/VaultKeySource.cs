namespace E2EKafka.Hosting;

/// <summary>Asks for the key of a vault in a file.</summary>
internal static class VaultKeySource
{
    /// <param name="provider">Has the key.</param>
    /// <param name="file">The vault's file.</param>
    /// <param name="patience">How long to wait for the key.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="EndToEndKafkaException">There is none, and why.</exception>
    public static VaultKey Ask(IVaultKeyProvider provider, string file, TimeSpan patience)
    {
        var request = new VaultKeyRequest(FilePaths.Full(file, "the vault", FailureReason.VaultUnavailable), IsNewVault: !File.Exists(file));
        using var limit = new CancellationTokenSource(patience);

        // On a thread of the pool: a provider that comes back to the caller's thread would wait for itself.
        var asked = Task.Run(() => provider.GetKeyAsync(request, limit.Token).AsTask());
        try
        {
            return asked.WaitAsync(limit.Token).GetAwaiter().GetResult()
                ?? throw new EndToEndKafkaException(FailureReason.VaultKeyWrong, "VaultKeyProvider gave no key. Return one, or throw what is wrong.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _ = asked.ContinueWith(static late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable,
                $"The key of the vault '{request.VaultFile}' was not given within {patience}. Check what VaultKeyProvider asks, and this process's way to it.");
        }
        catch (Exception e) when (e is not EndToEndKafkaException)
        {
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable,
                $"The key of the vault '{request.VaultFile}' could not be had: VaultKeyProvider failed with {e.GetType().Name}. The inner exception has its words.", e);
        }
    }
}
