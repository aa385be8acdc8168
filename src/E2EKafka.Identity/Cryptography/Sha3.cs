using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace E2EKafka.Cryptography;

/// <summary>SHA-3 (FIPS 202): the platform's where it has it, else BouncyCastle's.</summary>
internal static class Sha3
{
    /// <summary>SHA3-256: 32 bytes.</summary>
    public static void Sha3256(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        if (SHA3_256.IsSupported)
            SHA3_256.HashData(input, hash);
        else
            BouncyCastleSha3256(input, hash);
    }

    /// <summary>SHAKE256, as many bytes as <paramref name="output"/> takes.</summary>
    public static void Shake256(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (System.Security.Cryptography.Shake256.IsSupported)
            System.Security.Cryptography.Shake256.HashData(input, output);
        else
            BouncyCastleShake256(input, output);
    }

    internal static void BouncyCastleSha3256(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        var digest = new Sha3Digest(256);
        digest.BlockUpdate(input);
        digest.DoFinal(hash);
    }

    internal static void BouncyCastleShake256(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var digest = new ShakeDigest(256);
        digest.BlockUpdate(input);
        digest.OutputFinal(output);
    }
}
