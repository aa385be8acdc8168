using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2EKafka;

/// <summary>An enumeration in JSON: its member's name in camel case, never a number.</summary>
internal sealed class EnumName<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
