using System.Reflection;
using System.Text.Json.Serialization;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Claims of any record type with random content that readers take, so that a new type is tested as soon as it is declared.</summary>
internal sealed class RandomClaims(SeededGenerator generator)
{
    private static readonly char[] Characters =
        [.. Enumerable.Range(' ', 95).Select(code => (char)code).Where(c => c is not ('"' or '\\'))];

    /// <summary>The types that <see cref="RecordJson"/> is declared for, the file that is no record excepted.</summary>
    public static IEnumerable<Type> Types => typeof(RecordJson).GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
        .Where(type => type != typeof(ProjectFile));

    public object Of(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).MaxBy(constructor => constructor.GetParameters().Length)!;
        var nullability = new NullabilityInfoContext();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            Value(parameter.ParameterType, nullability.Create(parameter).ReadState == NullabilityState.Nullable))]);
        if (constructor.GetParameters().Length > 0)
            return made;

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            var isWritten = property.GetCustomAttribute<JsonIgnoreAttribute>() is null &&
                (property.GetMethod!.IsPublic || property.GetCustomAttribute<JsonIncludeAttribute>() is not null);
            if (isWritten && property.CanWrite && generator.Next(4) > 0)
                property.SetValue(made, Value(property.PropertyType, nullability.Create(property).ReadState == NullabilityState.Nullable));
            else if (isWritten && property.CanWrite && property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null)
                property.SetValue(made, Value(property.PropertyType, isNullable: false));
        }

        return made;
    }

    private object? Value(Type type, bool isNullable)
    {
        if (isNullable && generator.Next(2) == 0)
            return null;

        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => Text(),
            _ when type == typeof(long) => Integer(),
            _ when type == typeof(int) => generator.Next(int.MaxValue),
            _ when type == typeof(bool) => generator.Next(2) == 0,
            _ when type == typeof(byte[]) => generator.Bytes(generator.Next(100)),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(generator.Next(315_619_200)),
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.FromUnixTimeSeconds(generator.Next(int.MaxValue)),
            { IsEnum: true } => Enum.GetValues(type).GetValue(generator.Next(Enum.GetValues(type).Length)),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(type.GetGenericArguments()[0], atLeast: isNullable ? 1 : 0),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) => Map(type.GetGenericArguments()[1]),
            _ => Of(type),
        };
    }

    private long Integer() => generator.Next(4) switch
    {
        0 => 0,
        1 => ExactForm.MaxInteger,
        _ => (long)(generator.Next() >> 11) >> generator.Next(53),
    };

    private string Text() => string.Concat(Enumerable.Range(0, generator.Next(40)).Select(_ => generator.Pick(Characters)));

    // An empty list that may be absent is written as absent.
    private Array List(Type element, int atLeast)
    {
        var list = Array.CreateInstance(element, atLeast + generator.Next(5));
        for (var i = 0; i < list.Length; i++)
            list.SetValue(Value(element, isNullable: false), i);
        return list;
    }

    private object Map(Type element)
    {
        var map = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), element))!;
        for (var count = generator.Next(5); count > 0; count--)
            map[Text()] = Value(element, isNullable: false);
        return map;
    }
}
