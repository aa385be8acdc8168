using System.CommandLine;
using System.CommandLine.Help;

namespace E2EKafka.Cli;

/// <summary>All commands of the tool.</summary>
internal static class RootCommandOfTool
{
    public const string Name = "e2ekafka";

    /// <param name="width">Of the screen for help, in columns.</param>
    public static RootCommand Create(int width)
    {
        var root = new RootCommand("End-to-end encryption for Apache Kafka: projects, members, and messages that only members can read.")
        {
            new CommandGroup("project", "The project: what every member must know of it.")
            {
                new ProjectCreateCommand(),
                new ProjectInformationCommand(),
            },
            new CommandGroup("topics", "The control topics, through which members exchange keys.")
            {
                new TopicsPrintCommand(),
                new TopicsCreateCommand(),
            },
            new CommandGroup("authority", "The project's authority, where it was created.")
            {
                new AuthorityRunCommand(),
                new AuthorityRotateKeysCommand(),
            },
            new CommandGroup("ticket", "Tickets let new members in.")
            {
                new TicketCreateCommand(),
                new TicketListCommand(),
                new TicketCancelCommand(),
            },
            new CommandGroup("identity", "The identities of this home: each is one member, or is to become one.")
            {
                new IdentityCreateCommand(),
                new IdentityListCommand(),
                new IdentityShowCommand(),
                new IdentityRotateCommand(),
            },
            new EnrollCommand(),
            new ConsumeCommand(),
            new ProduceCommand(),
            new InspectCommand(),
            new CommandGroup("member", "The members, at the authority.")
            {
                new MemberListCommand(),
                new MemberSetCommand(),
                new MemberRevokeCommand(),
            },
            new CommandGroup("policy", "Who may produce and consume what.")
            {
                new PolicyShowCommand(),
                new PolicySetCommand(),
            },
            new WhoCanReadCommand(),
            new StatusCommand(),
            new DoctorCommand(),
            new DevClusterCommand(),
        };
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples(new HelpAction { MaxWidth = width });
        return root;
    }
}
