using System.CommandLine;
using System.CommandLine.Parsing;

namespace E2EKafka.Cli;

/// <summary>Says what is not understood of a command line, and which name may have been meant.</summary>
internal static class CommandLineProblem
{
    private const int MaxShown = 60;

    /// <summary>Whether a group of commands was named, or nothing, and no command.</summary>
    public static bool IsBare(ParseResult parsed) => parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;

    /// <param name="parsed">A command line with errors.</param>
    /// <returns>Sentences.</returns>
    public static string Of(ParseResult parsed)
    {
        var (command, words) = (parsed.CommandResult.Command, parsed.UnmatchedTokens);
        if (command.Subcommands.Count > 0)
            return IsOption(words[0]) ? NoOption(parsed, words[0]) : NoCommand(parsed);

        // What follows an unknown option may be its value, and secret. An option that was meant is not missing.
        var sentences = words.Where(IsOption).Select(word => NoOption(parsed, word)).ToList();
        if (sentences.Count == 0 && words.Count > 0)
            sentences.Add($"`{NameOf(parsed)}` does not take '{Shown(words[0])}'.");
        sentences.AddRange(parsed.Errors.Select(error => error.Message)
            .Where(message => !words.Any(word => message.Contains($"'{word}'", StringComparison.Ordinal)))
            .Where(message => !words.Where(IsOption).Select(word => MeantOption(parsed, word))
                .Any(meant => meant is not null && message.Contains($"'{meant}'", StringComparison.Ordinal)))
            .Select(Sentence));
        return string.Join(' ', sentences);
    }

    /// <summary>The tool's name and those of the commands, as they are typed.</summary>
    public static string NameOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
            names.Push(result.Command is RootCommand ? RootCommandOfTool.Name : result.Command.Name);
        return string.Join(' ', names);
    }

    public static string Sentence(string text) => text.TrimEnd().TrimEnd('.') + ".";

    private static bool IsOption(string word) => word is ['-', _, ..];

    private static string NoOption(ParseResult parsed, string word) =>
        $"`{NameOf(parsed)}` has no option '{Shown(NameIn(word))}'.{(MeantOption(parsed, word) is { } meant ? $" Did you mean '{meant}'?" : "")}";

    private static string? MeantOption(ParseResult parsed, string word)
    {
        var options = parsed.CommandResult.Command.Options.ToList();
        for (var result = parsed.CommandResult.Parent as CommandResult; result is not null; result = result.Parent as CommandResult)
            options.AddRange(result.Command.Options.Where(option => option.Recursive));
        return NearestName.Of(NameIn(word), options.Where(option => !option.Hidden).Select(option => option.Name));
    }

    private static string NoCommand(ParseResult parsed)
    {
        var (group, words) = (parsed.CommandResult.Command, parsed.UnmatchedTokens);
        if (group.Subcommands.Any(command => command.Name == words[0]))
            return $"Name the group before its command: `{NameOf(parsed)} {words[0]}`.";

        List<string> meant = NearestName.Of(words[0], group.Subcommands.Select(command => command.Name)) is { } near
            ? [$"{NameOf(parsed)} {near}"]
            : Elsewhere(parsed.RootCommandResult.Command, words);
        var hint = meant.Count == 0 ? "" : $" Did you mean {string.Join(" or ", meant.Select(name => $"`{name}`"))}?";
        return $"`{NameOf(parsed)}` has no command '{Shown(words[0])}'.{hint}";
    }

    /// <summary>Commands of any group with that name; of the group that the next word names, if it names one, as in `create ticket`.</summary>
    private static List<string> Elsewhere(Command root, IReadOnlyList<string> words)
    {
        var groups = root.Subcommands.Where(group => group.Subcommands.Count > 0).ToList();
        var named = words.Count > 1 && NearestName.Of(words[1], groups.Select(group => group.Name)) is { } near ? groups.Where(group => group.Name == near).ToList() : groups;
        return [.. named.SelectMany(group => NearestName.Of(words[0], group.Subcommands.Select(command => command.Name)) is { } name
            ? [$"{RootCommandOfTool.Name} {group.Name} {name}"]
            : Array.Empty<string>())];
    }

    private static string NameIn(string word) => word.Split('=', ':')[0];

    private static string Shown(string word) =>
        EnrollmentTicket.IsIn(word) ? "(a ticket, which belongs into a file)" : word.Length > MaxShown ? $"{word[..MaxShown]}…" : word;
}
