using System.Globalization;
using E2EKafka.Kafka;
using Microsoft.Extensions.Configuration;

namespace E2EKafka.Hosting;

/// <summary>
/// Reads one option from configuration: says what is wrong with its value, or sets it. Without reflection, for native AOT; the generator of binding
/// code cannot be used, since it would make objects that only code may set. Never says a value, which could be a secret in a wrong place.
/// </summary>
/// <param name="Read">Sets the option, or returns what is wrong.</param>
internal sealed record OptionReader<T>(Func<T, IConfigurationSection, IEnumerable<string>> Read)
{
    /// <param name="set">Sets the option.</param>
    /// <param name="keepsEmpty">Whether an empty text is set too, since messages tell it from none.</param>
    public static OptionReader<T> Text(Action<T, string> set, bool keepsEmpty = false) => new((options, section) =>
    {
        if (section.GetChildren().Any())
            return [OneValue(section)];
        if (keepsEmpty && section.Value is not null || HasValue(section))
            set(options, section.Value!);
        return [];
    });

    public static OptionReader<T> Flag(Action<T, bool> set) => Parsed("true or false", text => bool.TryParse(text, out var flag) ? flag : null, set);

    public static OptionReader<T> Number(Action<T, int> set) =>
        Parsed("a whole number", text => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null, set);

    /// <summary>A time. A number alone would be days, and is not meant so.</summary>
    public static OptionReader<T> Duration(Action<T, TimeSpan> set) => Parsed(
        "a time as hours, minutes and seconds, such as 00:00:30, with days before them where there are some, such as 1.12:00:00",
        text => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null, set);

    public static OptionReader<T> List(Func<T, IList<string>> list) => new((options, section) => ReadList(section, list(options)));

    public static OptionReader<T> Lists(Func<T, IDictionary<string, IList<string>>> lists) => new((options, section) => HasValue(section)
        ? [$"{section.Path} is one value, and takes lists by name: {section.Path}:NAME:0."]
        : section.GetChildren().SelectMany(child =>
        {
            if (!lists(options).TryGetValue(child.Key, out var list))
                lists(options)[child.Key] = list = [];
            return ReadList(child, list);
        }));

    /// <summary>Settings of librdkafka, whose names have dots.</summary>
    public static OptionReader<T> Settings(Func<T, IDictionary<string, string>> settings) => new((options, section) => HasValue(section)
        ? [$"{section.Path} is one value, and takes settings by name, such as {section.Path}:security.protocol."]
        : section.GetChildren().SelectMany(child =>
        {
            if (child.GetChildren().Any())
                return Leaves(child).Select(leaf => Divided(section.Path, leaf[(section.Path.Length + 1)..]));

            settings(options)[child.Key] = child.Value ?? "";
            return [];
        }));

    /// <summary>An object, which only code can make.</summary>
    public static OptionReader<T> Object() => new((_, section) => [$"{section.Path} is an object, and can be set in code only."]);

    private static OptionReader<T> Parsed<TValue>(string expected, Func<string, TValue?> parse, Action<T, TValue> set)
        where TValue : struct => new((options, section) =>
    {
        if (section.GetChildren().Any())
            return [OneValue(section)];

        // Configuration files and environment variables clear an option by leaving it empty.
        if (!HasValue(section))
            return [];
        if (parse(section.Value!.Trim()) is not { } value)
            return [$"{section.Path} has a value that it does not take. Set it to {expected}."];

        set(options, value);
        return [];
    });

    private static List<string> ReadList(IConfigurationSection section, IList<string> list)
    {
        if (HasValue(section))
            return [$"{section.Path} is one value, and takes a list: {section.Path}:0, {section.Path}:1 and so on."];

        List<string> problems = [];
        foreach (var item in section.GetChildren())
        {
            if (item.GetChildren().Any())
                problems.Add(OneValue(item));
            else if (HasValue(item))
                list.Add(item.Value!);
        }

        return problems;
    }

    private static IEnumerable<string> Leaves(IConfigurationSection section) =>
        section.GetChildren().Any() ? section.GetChildren().SelectMany(Leaves) : [section.Path];

    private static string Divided(string path, string name)
    {
        var whole = name.Replace(':', '.');
        return $"{path}:{name} is divided, and the name of a setting is not: write {path}:{KafkaSettingNames.Find(whole) ?? KafkaSettingNames.Nearest(whole) ?? whole}.";
    }

    private static string OneValue(IConfigurationSection section) => $"{section.Path} has names below it, and takes one value.";

    private static bool HasValue(IConfigurationSection section) => !string.IsNullOrWhiteSpace(section.Value);
}
