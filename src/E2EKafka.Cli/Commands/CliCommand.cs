using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>A command that does something.</summary>
internal abstract class CliCommand : Command
{
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in one sentence.</param>
    /// <param name="examples">Whole command lines, without the tool's name.</param>
    protected CliCommand(string name, string description, params string[] examples)
        : base(name, description) => Examples = examples;

    public IReadOnlyList<string> Examples { get; }

    /// <summary>What its own help says besides; nothing by default.</summary>
    public virtual string Details => "";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public abstract Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken);
}
