using System.CommandLine;
using System.Text.RegularExpressions;
using E2EKafka.Tests;

namespace E2EKafka.Cli.Tests;

/// <summary>What messages tell a user to do exists: options, commands, documents and their sections.</summary>
public partial class AdviceTests
{
    private static RootCommand Root { get; } = RootCommandOfTool.Create(width: 80);

    /// <summary>Options that belong to Kafka's own tools, in the places that write their command lines.</summary>
    private static readonly string[] OfOtherTools = ["KafkaTools.cs", "KafkaToolArguments.cs", "ControlTopicVerdict.cs", "FirstCause.cs"];

    private static IEnumerable<TestCaseData> Literals() =>
        from folder in (string[])["E2EKafka.Cli", "E2EKafka.Client", "E2EKafka.Identity"]
        from file in Directory.EnumerateFiles(Path.Combine(WalkthroughDocument.Root(), "src", folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        let text = string.Join('\n', LiteralPattern().Matches(File.ReadAllText(file)).Select(match => match.Value))
        where text.Contains("--", StringComparison.Ordinal) || text.Contains('`', StringComparison.Ordinal) || text.Contains("e2ekafka ", StringComparison.Ordinal) || text.Contains("docs/", StringComparison.Ordinal)
        select new TestCaseData(Path.GetFileName(file), text).SetArgDisplayNames(Path.GetFileName(file));

    [TestCaseSource(nameof(Literals))]
    public void Every_option_command_and_document_that_a_message_names_exists(string file, string text) => Assert.Multiple(() =>
    {
        var options = Below(Root).Prepend(Root).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        foreach (var option in OptionPattern().Matches(text).Where(_ => !OfOtherTools.Contains(file)))
            Assert.That(options.Contains(option.Value) || IsMadeOfRoles(option.Value), Is.True, $"{file} names {option.Value}");
        foreach (Match command in CommandPattern().Matches(text))
            Assert.That(Exists(command.Groups[1].Value), Is.True, $"{file} names '{command.Value}'");
        foreach (var command in ShortCommandPattern().Matches(text).Where(match => Root.Subcommands.Any(known => match.Groups[1].Value.StartsWith($"{known.Name} ", StringComparison.Ordinal))))
            Assert.That(Exists(command.Groups[1].Value), Is.True, $"{file} names '{command.Value}'");
        foreach (Match document in DocumentPattern().Matches(text))
            AssertDocument(file, document);
    });

    [Test]
    public void The_scan_finds_what_it_looks_for()
    {
        var all = string.Join('\n', Literals().Select(literal => (string)literal.Arguments[1]!));

        Assert.Multiple(() =>
        {
            Assert.That(OptionPattern().Count(all), Is.GreaterThan(30));
            Assert.That(CommandPattern().Count(all), Is.GreaterThan(15));
            Assert.That(ShortCommandPattern().Count(all), Is.GreaterThan(3));
            Assert.That(DocumentPattern().Count(all), Is.GreaterThan(2));
            Assert.That(Exists("topics create"), Is.True);
            Assert.That(Exists("topics mend --now"), Is.False);
        });
    }

    [Test]
    public void The_librarys_words_that_the_tool_replaces_are_the_librarys()
    {
        var library = string.Concat(((string[])["E2EKafka.Client", "E2EKafka.Identity"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(WalkthroughDocument.Root(), "src", folder), "*.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText));

        Assert.Multiple(() =>
        {
            foreach (var (words, _) in LibraryAdvice.Words)
                Assert.That(library.Contains(words, StringComparison.Ordinal), Is.True, words);
        });
    }

    [Test]
    public async Task Missing_control_topics_are_told_with_the_tools_own_commands()
    {
        using var host = new CliHost();
        using var cluster = EmbeddedCluster.Start();
        host.Write("kafka.config", $"bootstrap.servers={cluster.BootstrapServers}\n");
        (await host.RunAsync("project", "create", "demo", "--kafka-config", "kafka.config")).Succeeds();
        (await host.RunAsync("identity", "create", "member")).Succeeds();

        var run = await host.RunAsync("identity", "rotate", "member", "--kafka-config", "kafka.config");

        run.Fails(1, "`e2ekafka topics create`");
        Assert.That(run.Error, Does.Not.Contain("CreateControlTopics"));
    }

    // The names of roles are put in when the message is made.
    private static bool IsMadeOfRoles(string option) => option is "--" or "-principal";

    private static bool Exists(string commandLine)
    {
        Command at = Root;
        foreach (var word in commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith('-'))
            {
                if (!at.Options.Concat(Root.Options).Any(option => option.Name == word))
                    return false;
            }
            else if (at.Subcommands.FirstOrDefault(command => command.Name == word) is { } next)
            {
                at = next;
            }
            else if (at.Subcommands.Count > 0)
            {
                return false;
            }
        }

        return at is CliCommand;
    }

    private static void AssertDocument(string file, Match document)
    {
        var path = Path.Combine(WalkthroughDocument.Root(), document.Groups[1].Value);
        Assert.That(File.Exists(path), Is.True, $"{file} names {document.Groups[1].Value}");
        if (document.Groups[2].Value is { Length: > 0 } section)
            Assert.That(File.ReadLines(path).Contains($"## {section}"), Is.True, $"{file} names \"{section}\" of {document.Groups[1].Value}");
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(child => Below(child).Prepend(child));

    [GeneratedRegex("\"(?:[^\"\\\\\n]|\\\\.)*\"")]
    private static partial Regex LiteralPattern();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex OptionPattern();

    /// <summary>Up to what is put in later: a name, or words in capitals.</summary>
    [GeneratedRegex("""(?<=[`"]|: )e2ekafka ([a-z -]*[a-z])""")]
    private static partial Regex CommandPattern();

    /// <summary>Commands without the tool's name.</summary>
    [GeneratedRegex("`([a-z]+(?: [a-z-]+)+)")]
    private static partial Regex ShortCommandPattern();

    [GeneratedRegex("""(docs/[a-z-]+\.md)(?:, \\"([^"\\]+)\\")?""")]
    private static partial Regex DocumentPattern();
}
