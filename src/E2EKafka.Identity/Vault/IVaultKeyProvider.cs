namespace E2EKafka;

/// <summary>
/// Gives the key of a vault in a file, from wherever it is kept: <see cref="VaultKeyProvider"/> has a file, an environment variable, a passphrase and a
/// callback for a key management service. It is asked once at each start, before Kafka is touched.
/// </summary>
public interface IVaultKeyProvider
{
    /// <summary>Gives the key. The start waits for it as long as <c>StartupTimeout</c> says, and then ends.</summary>
    /// <param name="request">For which vault.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key: another object at each call, which the caller disposes.</returns>
    /// <exception cref="EndToEndKafkaException">There is no key, and what to do.</exception>
    ValueTask<VaultKey> GetKeyAsync(VaultKeyRequest request, CancellationToken cancellationToken);
}
