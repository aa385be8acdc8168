using System.Security.Cryptography;

namespace E2EKafka.Serialization;

/// <summary>What stands for a record's key in a message: SHA-256 of its bytes, 32 zero bytes for a null key.</summary>
internal static class RecordKeyHash
{
    public static byte[] Of(ReadOnlySpan<byte> key, bool isNull)
    {
        var hash = new byte[MessageContext.RecordKeyHashSize];
        Write(key, isNull, hash);
        return hash;
    }

    /// <param name="key">The key.</param>
    /// <param name="isNull">Whether the record has none.</param>
    /// <param name="hash">32 bytes.</param>
    public static void Write(ReadOnlySpan<byte> key, bool isNull, Span<byte> hash)
    {
        if (isNull)
            hash.Clear();
        else
            SHA256.HashData(key, hash);
    }
}
