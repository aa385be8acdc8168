using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Cryptography;

/// <summary>Bytes in JSON: base64url without padding (RFC 4648 §5), in its one canonical spelling.</summary>
internal sealed class Base64UrlBytes : JsonConverter<byte[]>
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        // A backslash of an escape is not in the alphabet.
        reader.TokenType == JsonTokenType.String && !reader.HasValueSequence &&
        TryDecode(reader.ValueSpan) is { } bytes
            ? bytes
            : throw new JsonException("Not canonical base64url.");

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        var text = ArrayPool<byte>.Shared.Rent(Base64Url.GetEncodedLength(value.Length));
        try
        {
            writer.WriteStringValue(text.AsSpan(0, Base64Url.EncodeToUtf8(value, text)));
        }
        finally
        {
            // The bytes can be a ticket's secret.
            CryptographicOperations.ZeroMemory(text);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>Decodes; <see langword="null"/> for anything but the canonical spelling.</summary>
    public static byte[]? TryDecode(string? text)
    {
        if (text is null)
            return null;

        var ascii = ArrayPool<byte>.Shared.Rent(Encoding.ASCII.GetMaxByteCount(text.Length));
        try
        {
            // A character beyond ASCII becomes a question mark, which is not in the alphabet.
            return TryDecode(ascii.AsSpan(0, Encoding.ASCII.GetBytes(text, ascii)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ascii);
            ArrayPool<byte>.Shared.Return(ascii);
        }
    }

    /// <inheritdoc cref="TryDecode(string?)"/>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        if (!IsCanonical(text))
            return null;

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        Base64Url.DecodeFromUtf8(text, bytes);
        return bytes;
    }

    /// <summary>Whether a text is the canonical spelling of some bytes: the alphabet alone, and no bit that no byte needs.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        if (text.ContainsAnyExcept(Alphabet))
            return false;

        // Two characters over are one byte and four bits that must be zero; three are two bytes and two such bits; one is nothing.
        return (text.Length % 4) switch
        {
            0 => true,
            1 => false,
            2 => (char)text[^1] is 'A' or 'Q' or 'g' or 'w',
            _ => "AEIMQUYcgkosw048"u8.Contains(text[^1]),
        };
    }

    /// <summary>Whether a text is a SHA-256 hash in its canonical spelling, as identifiers and project ids are: 43 characters.</summary>
    public static bool IsHash(string text)
    {
        Span<byte> ascii = stackalloc byte[HashLength];
        return text.Length == HashLength && IsHash(ascii[..Encoding.ASCII.GetBytes(text, ascii)]);
    }

    /// <inheritdoc cref="IsHash(string)"/>
    public static bool IsHash(ReadOnlySpan<byte> text) => text.Length == HashLength && IsCanonical(text);

    /// <summary>Length of a SHA-256 hash in base64url, in characters.</summary>
    public const int HashLength = 43;
}
