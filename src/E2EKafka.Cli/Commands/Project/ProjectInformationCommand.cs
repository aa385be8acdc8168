using System.Globalization;

namespace E2EKafka.Cli;

internal sealed class ProjectInformationCommand : CliCommand
{

    public ProjectInformationCommand()
        : base("information", "Shows the project. With --output json: project.json, to give to members.",
            "project information", "project information --output json > project.json")
    {
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        // Where the authority is, the document in force; it may be newer than the file.
        var project = context.Location.Load();
        var authority = new AuthorityAccess(context, project);
        if (authority.Folder.Exists)
            project = await authority.ProjectAsync(cancellationToken);
        if (context.Screen.IsJson)
        {
            context.Screen.Document(project.ToJson());
        }
        else
        {
            context.Screen.Properties(
                ("Project", project.Name),
                ("Id", project.Id),
                ("Authority", project.Authority),
                ("Version", project.Version.ToString(CultureInfo.InvariantCulture)),
                ("Development", project.IsDevelopment ? "yes: not for production" : "no"),
                ("Key algorithms", string.Join(", ", project.Algorithms)),
                ("Policy", $"{Count(project.Policy.Produce.Count, "rule")} to produce, {Count(project.Policy.Consume.Count, "rule")} to consume"),
                ("Revoked", project.IsResolved ? Count(project.Revocations.Count(), "member") : "not known from this file"),
                ("Control topics", $"{project.Control.Prefix}.authority, .members, .sessions and .grants ({Count(project.Control.Partitions, "partition")} each), .requests"));
        }

        context.Screen.Flush();
        return ExitCode.Success;
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
