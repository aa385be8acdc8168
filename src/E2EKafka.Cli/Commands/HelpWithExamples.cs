using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace E2EKafka.Cli;

/// <summary>The usual help, and examples below it.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is RootCommand)
            output.WriteLine($"Exit codes: {ExitCode.Success} done, {ExitCode.Failure} failed, {ExitCode.Usage} not understood.\n");
        if (parseResult.CommandResult.Command is CliCommand { Details.Length: > 0 } detailed)
            output.WriteLine(TextWrap.At(detailed.Details, help.MaxWidth, indent: "  ") + "\n");
        var examples = parseResult.CommandResult.Command switch
        {
            CliCommand command => command.Examples,
            CommandGroup group => group.Examples,
            _ => [],
        };
        if (examples.Count == 0)
            return exitCode;

        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {RootCommandOfTool.Name} {example}");
        output.WriteLine();
        return exitCode;
    }
}
