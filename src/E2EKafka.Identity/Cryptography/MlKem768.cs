using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// ML-KEM-768 (FIPS 203): the platform's where it has one (<see cref="MLKem.IsSupported"/>: OpenSSL 3.5 or later, Windows 11), else
/// BouncyCastle's. Both give the same bytes. Safe for many threads.
/// </summary>
internal abstract class MlKem768
{
    /// <summary>The size in bytes of the seed of a decapsulation key: d ‖ z.</summary>
    public const int SeedSize = 64;

    /// <summary>The size of an encapsulation key in bytes.</summary>
    public const int EncapsulationKeySize = 1184;

    /// <summary>The size of a ciphertext in bytes.</summary>
    public const int CiphertextSize = 1088;

    /// <summary>The size of a shared secret in bytes.</summary>
    public const int SharedSecretSize = 32;

    private const int Modulus = 3329;

    // What follows the coefficients, 12 bits each, in an encapsulation key: a seed, any bytes.
    private const int MatrixSeedSize = 32;

    /// <summary>The one that this process uses.</summary>
    public static MlKem768 Current { get; } = MLKem.IsSupported ? new PlatformMlKem768() : new BouncyCastleMlKem768();

    /// <summary>The checks of FIPS 203 section 7.2 on an encapsulation key: its size, and every coefficient below the modulus.</summary>
    public static bool IsEncapsulationKey(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != EncapsulationKeySize)
            return false;

        for (var coefficients = encoded[..^MatrixSeedSize]; !coefficients.IsEmpty; coefficients = coefficients[3..])
        {
            var first = coefficients[0] | ((coefficients[1] & 0x0F) << 8);
            var second = (coefficients[1] >> 4) | (coefficients[2] << 4);
            if (first >= Modulus || second >= Modulus)
                return false;
        }

        return true;
    }

    /// <summary>Encapsulates to a key that <see cref="IsEncapsulationKey"/> accepts.</summary>
    /// <param name="encapsulationKey">The key.</param>
    /// <param name="ciphertext">Takes the ciphertext, <see cref="CiphertextSize"/> bytes.</param>
    /// <returns>The shared secret.</returns>
    public abstract SecretBytes Encapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext);

    /// <summary>The decapsulation key of a seed of <see cref="SeedSize"/> bytes.</summary>
    public abstract MlKem768Key Expand(ReadOnlySpan<byte> seed);
}
