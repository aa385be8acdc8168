using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Policies;

/// <summary>A time in JSON: RFC 3339 with its offset, so that it means the same everywhere.</summary>
internal sealed class InstantWithOffset : JsonConverter<DateTimeOffset>
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz"];

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DateTimeOffset.TryParseExact(
            reader.GetString(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value)
            ? value
            : throw new JsonException("Not a time with an offset, as in 2030-01-31T00:00:00Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToUniversalTime().ToString(Formats[0], CultureInfo.InvariantCulture));
}
