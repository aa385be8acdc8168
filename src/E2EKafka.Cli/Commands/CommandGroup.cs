using System.Collections;
using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>Commands about one thing.</summary>
internal sealed class CommandGroup(string name, string description) : Command(name, description), IEnumerable<Command>
{
    /// <summary>Makes one of its commands' examples the group's.</summary>
    public IReadOnlyList<string> Examples => [.. Subcommands.OfType<CliCommand>().SelectMany(command => command.Examples.Take(1))];

    IEnumerator<Command> IEnumerable<Command>.GetEnumerator() => Subcommands.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Subcommands.GetEnumerator();
}
