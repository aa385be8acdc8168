using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>How a command prints what was asked for.</summary>
internal static class OutputOption
{
    public const string Name = "--output";

    private const string Text = "text";
    private const string Json = "json";

    public static Option<string> Create()
    {
        var option = new Option<string>(Name)
        {
            Description = "How to print: text for people, json for programs.",
            HelpName = $"{Text}|{Json}",
            DefaultValueFactory = _ => Text,
            Recursive = true,
        };
        return option.AcceptOnlyFromAmong(Text, Json);
    }

    public static bool IsJson(ParseResult parsed) => parsed.Errors.Count == 0 && parsed.GetValue(GlobalOptions.Output) == Json;
}
