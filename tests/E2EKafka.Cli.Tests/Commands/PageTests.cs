using System.CommandLine;
using System.Text.RegularExpressions;
using E2EKafka.Tests;

namespace E2EKafka.Cli.Tests;

/// <summary>What README.md and the pages of docs show of the tool and of its policy is what the tool understands.</summary>
public partial class PageTests
{
    private static RootCommand Root { get; } = RootCommandOfTool.Create(width: 80);

    private static IEnumerable<TestCaseData> CommandLines() =>
        from file in Directory.EnumerateFiles(Path.Combine(WalkthroughDocument.Root(), "docs"), "*.md").Append(Path.Combine(WalkthroughDocument.Root(), "README.md"))
        from block in BlockPattern().Matches(File.ReadAllText(file).ReplaceLineEndings("\n"))
        from line in block.Groups[2].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from Match command in CommandPattern().Matches(line)
        select new TestCaseData(command.Groups[1].Value).SetArgDisplayNames($"{Path.GetFileName(file)}: {command.Groups[1].Value}");

    [TestCaseSource(nameof(CommandLines))]
    public void A_command_of_a_page_is_understood(string command) =>
        Assert.That(Root.Parse(VariablePattern().Replace(command, "1")).Errors.Select(error => error.Message), Is.Empty);

    [Test]
    public void Commands_are_found() => Assert.That(CommandLines().Count(), Is.GreaterThan(40));

    [Test]
    public void The_whole_policy_of_the_page_has_every_setting_of_a_topic_and_is_valid()
    {
        var page = File.ReadAllText(Path.Combine(WalkthroughDocument.Root(), "docs", "policy.md")).ReplaceLineEndings("\n");
        var json = BlockPattern().Matches(page).Single(block => block.Groups[1].Value == "json").Groups[2].Value;

        var policy = PolicyJson.Parse(json, "The page");

        Assert.Multiple(() =>
        {
            Assert.That(policy.Topics, Has.Count.EqualTo(2));
            foreach (var property in typeof(TopicRequirements).GetProperties())
            {
                var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..] + (property.PropertyType == typeof(TimeSpan) || property.PropertyType == typeof(TimeSpan?) ? "Seconds" : "");
                Assert.That(json, Does.Contain($"\"{name}\": "));
                Assert.That(page, Does.Contain($"| `{name}` | `{property.Name}` |"));
            }
        });
    }

    [GeneratedRegex("^ *```([a-z-]*)[^\n]*\n(.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    /// <summary>Up to what a shell takes away: a comment, a redirection, a pipe, another command.</summary>
    [GeneratedRegex(@"(?:^|[(;|] *)e2ekafka ((?:[^#<>|&;()\n]|\$\([^)]*\))*?)(?= *(?:[#<>|&;)\n]|2>|$))")]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"\$\([^)]*\)|\$[A-Za-z_]+")]
    private static partial Regex VariablePattern();
}
