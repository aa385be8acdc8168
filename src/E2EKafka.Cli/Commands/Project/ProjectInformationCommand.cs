using System.CommandLine;
using System.Globalization;

namespace E2EKafka.Cli;

internal sealed class ProjectInformationCommand : CliCommand
{
    private readonly Option<string> _output = OutputOption.Create();

    public ProjectInformationCommand()
        : base("information", "Shows the project. With --output json: project.json, to give to members.",
            "project information", "project information --output json > project.json")
    {
        Add(_output);
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var project = context.Location.Load();
        if (context.Screen.IsJson)
        {
            context.Screen.Line(project.ToJson());
        }
        else
        {
            context.Screen.Properties(
                ("Project", project.Name),
                ("Id", project.Id),
                ("Authority", project.Authority),
                ("Version", project.Version.ToString(CultureInfo.InvariantCulture)),
                ("Control topics", string.Join(", ", project.ControlTopics.Select(topic => topic.Name))));
        }

        context.Screen.Flush();
        return Task.FromResult(ExitCode.Success);
    }
}
