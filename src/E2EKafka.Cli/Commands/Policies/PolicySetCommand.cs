using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class PolicySetCommand : CliCommand
{
    private readonly Argument<string> _file = new("file") { Description = "The policy as JSON, as `policy show` prints it." };

    public PolicySetCommand()
        : base("set", "Puts another policy into force: who may produce and consume what, and what topics demand.", "policy set policy.json")
    {
        Add(_file);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var file = context.Surroundings.FullPath(context.Get(_file));
        var json = InputFile.ReadText(file, "policy", "Begin with what `e2ekafka policy show` prints.");
        PolicyJson.Parse(json, $"'{file}'");
        var answer = await new AuthorityAccess(context, context.Location.Load()).AskAsync(new SetPolicyRequest(json), cancellationToken);
        var changed = ChangedProject.Of(answer);
        context.Screen.Report(changed, CliJson.Default.ChangedProject);
        context.Say($"The policy is in force (project document version {changed.Version}).");
        return ExitCode.Success;
    }
}
