using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace E2EKafka.Records;

/// <summary>
/// The one JSON form of a record: <see cref="ExactForm"/>, members in the order of their declaration, names of maps in ordinal order,
/// no member that says what its absence says. Reading is parsing, writing again and comparing bytes, so that a record has one spelling
/// and two readers can never understand it differently.
/// </summary>
internal static class ExactJson
{
    private static readonly JsonSerializerOptions Options = new(RecordJson.Default.Options)
    {
        TypeInfoResolver = RecordJson.Default.WithAddedModifier(MakeExact),
    };

    /// <summary>What is refused is refused by <see cref="ExactForm"/>, so no character is written as an escape but the quotation mark and the backslash.</summary>
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>An object that leaves everything out that can be: what absence means, for the types whose constructor does not say it.</summary>
    private static readonly Dictionary<Type, object> Defaults = new()
    {
        [typeof(Policy)] = new Policy { Produce = [], Consume = [] },
        [typeof(PolicyRule)] = new PolicyRule { Topics = [] },
        [typeof(TopicRequirements)] = new TopicRequirements { Topic = "*" },
    };

    /// <summary>Writes the exact form. Whether a reader takes the values is for <see cref="ExactForm.IsMetBy"/> to say.</summary>
    /// <param name="value">What to write.</param>
    /// <param name="json">Its type in <see cref="RecordJson"/>.</param>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> json)
    {
        using var buffer = new RecordBuffer();
        Write(buffer, value, json);
        return buffer.Written.ToArray();
    }

    /// <summary>Reads the exact form; <see langword="null"/> for any other bytes.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> json)
        where T : class
    {
        if (!ExactForm.IsMetBy(text))
            return null;

        T? value;
        try
        {
            value = JsonSerializer.Deserialize(text, Exact(json));
        }
        catch (JsonException)
        {
            return null;
        }

        using var again = new RecordBuffer();
        Write(again, value!, json);
        return again.Written.SequenceEqual(text) ? value : null;
    }

    private static void Write<T>(RecordBuffer buffer, T value, JsonTypeInfo<T> json)
    {
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        JsonSerializer.Serialize(writer, value, Exact(json));
    }

    private static JsonTypeInfo<T> Exact<T>(JsonTypeInfo<T> json) => (JsonTypeInfo<T>)Options.GetTypeInfo(json.Type);

    private static void MakeExact(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.Get is not { } get)
                continue;

            if (property.PropertyType == typeof(DateTimeOffset?))
                property.CustomConverter = new UnixSeconds();
            else if (property.PropertyType == typeof(IReadOnlyDictionary<string, string>))
                property.Get = owner => Sorted<string>(get(owner));
            else if (property.PropertyType == typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))
                property.Get = owner => Sorted<IReadOnlyList<string>>(get(owner));
            else if (property.PropertyType.IsAssignableTo(typeof(IEnumerable)) && property.PropertyType.GetGenericArguments().Length > 1)
                throw new NotSupportedException($"{type.Type.Name}.{property.Name} is a map of a type that has no order yet.");

            if (DefaultOf(type, property, get) is { IsOptional: true, Value: var absent })
                property.ShouldSerialize = (_, value) => !Says(value, absent);
        }
    }

    private static (bool IsOptional, object? Value) DefaultOf(JsonTypeInfo type, JsonPropertyInfo property, Func<object, object?> get)
    {
        if (property.AssociatedParameter is { IsMemberInitializer: false } parameter)
            return (parameter.HasDefaultValue, parameter.DefaultValue);
        if (property.IsRequired)
            return (false, null);
        return Defaults.TryGetValue(type.Type, out var empty)
            ? (true, get(empty))
            : throw new NotSupportedException($"What the absence of {type.Type.Name}.{property.Name} means is not known.");
    }

    private static bool Says(object? value, object? absent) =>
        Equals(value, absent) || (IsEmpty(value) && (absent is null || IsEmpty(absent)));

    private static bool IsEmpty(object? value) => value is IEnumerable items and not (string or byte[]) && !items.Cast<object?>().Any();

    private static object? Sorted<TValue>(object? value)
    {
        if (value is not IReadOnlyDictionary<string, TValue> map)
            return value;

        var sorted = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (name, content) in map)
            sorted.Add(name, content);
        return sorted;
    }
}
