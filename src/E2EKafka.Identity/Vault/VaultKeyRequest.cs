namespace E2EKafka;

/// <summary>The vault that a key is asked for.</summary>
/// <param name="VaultFile">The full path of its file.</param>
/// <param name="IsNewVault">Whether there is no such file yet, so that any key will do. Else it must be the key that the vault was made with.</param>
public sealed record VaultKeyRequest(string VaultFile, bool IsNewVault);
