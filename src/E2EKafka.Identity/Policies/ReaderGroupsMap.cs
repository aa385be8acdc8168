using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka.Policies;

/// <summary>Reader groups in JSON: a map of one attribute's name to its values.</summary>
internal sealed class ReaderGroupsMap : JsonConverter<ReaderGroups>
{
    public override ReaderGroups Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            throw Unfit();

        var attribute = reader.GetString()!;
        List<string> values = [];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Unfit();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            values.Add(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.EndArray || !reader.Read() || reader.TokenType != JsonTokenType.EndObject)
            throw Unfit();
        return new ReaderGroups { Attribute = attribute, Values = values };
    }

    public override void Write(Utf8JsonWriter writer, ReaderGroups value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(value.Attribute);
        foreach (var text in value.Values)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static JsonException Unfit() => new("Reader groups are one attribute with its values, as in {\"service\":[\"billing\",\"audit\"]}.");
}
