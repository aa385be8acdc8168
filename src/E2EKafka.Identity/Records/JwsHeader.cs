using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// The only header that a control record has: <c>{"alg":"ES256","typ":"…","kid":"…"}</c>, in this order and without white space. Another
/// algorithm, another member, <c>jwk</c> and <c>crit</c> included, and another spelling refuse the record.
/// </summary>
/// <param name="Type">The record's type (<c>typ</c>): 1 to <see cref="MaxTypeLength"/> printable ASCII characters without quotation mark and backslash.</param>
/// <param name="KeyId">The thumbprint of the key that signs (<c>kid</c>): 43 characters.</param>
internal readonly record struct JwsHeader(string Type, string KeyId)
{
    /// <summary>The longest header, in bytes.</summary>
    public const int MaxSize = 24 + MaxTypeLength + 9 + Base64UrlBytes.HashLength;

    private const int MaxTypeLength = 64;

    private static ReadOnlySpan<byte> BeforeType => "{\"alg\":\"ES256\",\"typ\":\""u8;

    private static ReadOnlySpan<byte> BeforeKeyId => "\",\"kid\":\""u8;

    private static ReadOnlySpan<byte> AfterKeyId => "\"}"u8;

    /// <summary>The header's bytes.</summary>
    public byte[] ToArray() =>
        [.. BeforeType, .. Encoding.ASCII.GetBytes(Type), .. BeforeKeyId, .. Encoding.ASCII.GetBytes(KeyId), .. AfterKeyId];

    /// <summary>Reads a header; <see langword="null"/> for any bytes that <see cref="ToArray"/> does not give.</summary>
    public static JwsHeader? TryRead(ReadOnlySpan<byte> header)
    {
        var typeLength = header.Length - BeforeType.Length - BeforeKeyId.Length - Base64UrlBytes.HashLength - AfterKeyId.Length;
        if (typeLength is < 1 or > MaxTypeLength || !header.StartsWith(BeforeType) || !header.EndsWith(AfterKeyId))
            return null;

        var type = header.Slice(BeforeType.Length, typeLength);
        var rest = header[(BeforeType.Length + typeLength)..];
        var keyId = rest.Slice(BeforeKeyId.Length, Base64UrlBytes.HashLength);
        return rest.StartsWith(BeforeKeyId) && Base64UrlBytes.IsHash(keyId) && ExactForm.IsText(type)
            ? new JwsHeader(Encoding.ASCII.GetString(type), Encoding.ASCII.GetString(keyId))
            : null;
    }
}
