using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>Secrets in arrays, for calls of the platform that take or give no span.</summary>
internal static class SecretArray
{
    /// <summary>A copy of a secret: pinned, so that zeroing it leaves none.</summary>
    public static byte[] CopyOf(ReadOnlySpan<byte> secret)
    {
        var copy = GC.AllocateArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(copy);
        return copy;
    }

    /// <summary>Uses a secret, and zeroes it however that ends.</summary>
    public static T Use<T>(byte[] secret, Func<byte[], T> use)
    {
        try
        {
            return use(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
