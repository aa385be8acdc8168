using System.CommandLine;

namespace E2EKafka.Cli.Tests;

public class HelpTests
{
    private static IEnumerable<Command> Commands() => Below(RootCommandOfTool.Create(width: 80));

    [TestCaseSource(nameof(Commands))]
    public void A_command_has_a_description_and_an_example_that_parses(Command command)
    {
        Assert.That(command.Description, Is.Not.Empty);
        var examples = command is CliCommand leaf ? leaf.Examples : ((CommandGroup)command).Examples;
        Assert.That(examples, Is.Not.Empty);
        foreach (var example in examples)
        {
            // The shell's part of an example is not the tool's.
            var parsed = RootCommandOfTool.Create(width: 80).Parse(example.Split(" > ")[0].Split(" < ")[0].Split(" | ")[0]);
            Assert.Multiple(() =>
            {
                Assert.That(parsed.Errors.Select(error => error.Message), Is.Empty, example);
                Assert.That(Ancestors(parsed.CommandResult.Command), Does.Contain(command.Name), example);
            });
        }
    }

    [TestCaseSource(nameof(Commands))]
    public void Options_and_arguments_are_described(Command command) => Assert.Multiple(() =>
    {
        foreach (var option in command.Options)
            Assert.That(option.Description, Is.Not.Empty, option.Name);
        foreach (var argument in command.Arguments)
            Assert.That(argument.Description, Is.Not.Empty, argument.Name);
    });

    [TestCaseSource(nameof(Commands))]
    public async Task Help_shows_the_example(Command command)
    {
        using var host = new CliHost();
        var help = (await host.RunAsync([.. PathOf(command), "--help"])).Succeeds();

        Assert.That(help.Output, Does.Contain("  e2ekafka " + string.Join(' ', PathOf(command))));
        Assert.That(help.Output, Does.Contain("Example"));
    }

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.SelectMany(child => Below(child).Prepend(child));

    private static string[] PathOf(Command command) => [.. Ancestors(command).Reverse()];

    private static IEnumerable<string> Ancestors(Command command)
    {
        for (Symbol? symbol = command; symbol is Command and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
            yield return symbol.Name;
    }
}
