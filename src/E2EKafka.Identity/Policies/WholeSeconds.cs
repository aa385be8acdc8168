using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Policies;

/// <summary>A time span in JSON: a whole number of seconds.</summary>
internal sealed class WholeSeconds : JsonConverter<TimeSpan>
{
    private const long Max = long.MaxValue / TimeSpan.TicksPerSecond;

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetInt64(out var seconds) && seconds is >= -Max and <= Max
            ? TimeSpan.FromSeconds(seconds)
            : throw new JsonException("Not a whole number of seconds.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value.TotalSeconds);
}
