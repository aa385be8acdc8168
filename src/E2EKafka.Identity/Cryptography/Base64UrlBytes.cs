using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Cryptography;

/// <summary>Bytes in JSON: base64url without padding (RFC 4648 §5), in its one canonical spelling.</summary>
internal sealed class Base64UrlBytes : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryDecode(reader.GetString()) ?? throw new JsonException("Not canonical base64url.");

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Base64Url.EncodeToString(value));

    /// <summary>Decodes; <see langword="null"/> for anything but the canonical spelling.</summary>
    public static byte[]? TryDecode(string? text)
    {
        if (text is null || !Base64Url.IsValid(text))
            return null;

        var bytes = Base64Url.DecodeFromChars(text);
        return Base64Url.EncodeToString(bytes) == text ? bytes : null;
    }

    /// <summary>Whether a text is a SHA-256 hash in its canonical spelling, as identifiers and project ids are: 43 characters.</summary>
    public static bool IsHash(string text) =>
        text.Length == Base64Url.GetEncodedLength(SHA256.HashSizeInBytes) && TryDecode(text) is not null;
}
