namespace E2EKafka.Cli;

internal sealed class PolicyShowCommand : CliCommand
{
    public PolicyShowCommand()
        : base("show", "Prints the policy in force as JSON, which `policy set` takes.", "policy show > policy.json")
    {
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var project = await context.CurrentProjectAsync(cancellationToken);
        context.Screen.Document(PolicyJson.Write(project.Policy));
        context.Screen.Flush();
        return ExitCode.Success;
    }
}
