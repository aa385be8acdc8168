namespace E2EKafka;

/// <summary>The key that a <see cref="SqliteVault"/> is encrypted under.</summary>
public sealed class VaultKey : IDisposable
{
    /// <summary>A passphrase.</summary>
    public static VaultKey FromPassphrase(string passphrase) => throw new NotImplementedException();

    /// <summary>A key of 32 random bytes. The bytes are copied.</summary>
    public static VaultKey FromBytes(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>A key file: 32 random bytes as base64 text.</summary>
    public static VaultKey FromFile(string path, bool createIfMissing = false) => throw new NotImplementedException();

    /// <summary>An environment variable with 32 random bytes as base64 text.</summary>
    public static VaultKey FromEnvironmentVariable(string name) => throw new NotImplementedException();

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => throw new NotImplementedException();
}
