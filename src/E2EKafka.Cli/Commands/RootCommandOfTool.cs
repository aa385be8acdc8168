using System.CommandLine;
using System.CommandLine.Help;

namespace E2EKafka.Cli;

/// <summary>All commands of the tool.</summary>
internal static class RootCommandOfTool
{
    public const string Name = "e2ekafka";

    public static RootCommand Create()
    {
        var root = new RootCommand("End-to-end encryption for Apache Kafka: projects, members, and messages that only members can read.")
        {
            new CommandGroup("project", "The project: what every member must know of it.")
            {
                new ProjectCreateCommand(),
                new ProjectInformationCommand(),
            },
            new CommandGroup("identity", "The identities of this home: each is one member, or is to become one.")
            {
                new IdentityCreateCommand(),
                new IdentityListCommand(),
                new IdentityShowCommand(),
            },
            new DoctorCommand(),
            new DevClusterCommand(),
        };
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }
}
