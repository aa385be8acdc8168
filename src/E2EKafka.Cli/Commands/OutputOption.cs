using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>The option of every command that prints data.</summary>
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
        };
        return option.AcceptOnlyFromAmong(Text, Json);
    }

    public static bool IsJson(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == Name) is Option<string> option &&
        parsed.Errors.Count == 0 && parsed.GetValue(option) == Json;
}
