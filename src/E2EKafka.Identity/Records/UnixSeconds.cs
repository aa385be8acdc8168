using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Records;

/// <summary>An optional time in a record: whole Unix seconds, from 1970 to the end of the year 9999.</summary>
internal sealed class UnixSeconds : JsonConverter<DateTimeOffset?>
{
    private static readonly long Max = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var seconds) && seconds >= 0 && seconds <= Max
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new JsonException("Not a time.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value!.Value.ToUnixTimeSeconds());
}
