using System.CommandLine;
using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>Options whose value is a time: a whole number and one of s, m, h, d.</summary>
internal static class DurationOption
{
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (TryParse(text) is { } duration)
                return duration;

            result.AddError($"'{text}' is not a time for {name}: write a whole number and s, m, h or d, such as 30s or 10m.");
            return null;
        },
    };

    public static TimeSpan? TryParse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return null;

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' when number < 100_000 => TimeSpan.FromDays(number),
            _ => null,
        };
    }
}
