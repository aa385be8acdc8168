using System.Buffers.Binary;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>LabeledExtract and LabeledExpand of RFC 9180 section 4, on HKDF-SHA256 (RFC 5869).</summary>
internal static class HpkeKdf
{
    /// <summary>Nh: the size of an extracted key in bytes.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>I2OSP(value, 2) of RFC 8017: 2 bytes, big endian.</summary>
    public static byte[] I2Osp(ushort value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>HKDF-Extract of the salt and "HPKE-v1" ‖ suite ‖ label ‖ ikm: <see cref="HashSize"/> bytes.</summary>
    public static SecretBytes LabeledExtract(ReadOnlySpan<byte> suiteId, SecretBytes? salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        using var labeledIkm = SecretBytes.Concat(Version, suiteId, label, ikm);
        return SecretBytes.Create(
            HashSize,
            (Ikm: labeledIkm, Salt: salt),
            static (prk, input) => HKDF.Extract(HashAlgorithmName.SHA256, input.Ikm.Span, input.Salt is null ? default : input.Salt.Span, prk));
    }

    /// <summary>HKDF-Expand of the key with I2OSP(size, 2) ‖ "HPKE-v1" ‖ suite ‖ label ‖ info: <paramref name="size"/> bytes.</summary>
    public static SecretBytes LabeledExpand(SecretBytes prk, ReadOnlySpan<byte> suiteId, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int size)
    {
        byte[] labeledInfo = [.. I2Osp((ushort)size), .. Version, .. suiteId, .. label, .. info];
        return SecretBytes.Create(
            size,
            (Prk: prk, Info: labeledInfo),
            static (output, input) => HKDF.Expand(HashAlgorithmName.SHA256, input.Prk.Span, output, input.Info));
    }
}
