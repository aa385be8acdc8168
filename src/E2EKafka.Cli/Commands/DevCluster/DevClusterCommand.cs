using System.CommandLine;
using System.Globalization;

namespace E2EKafka.Cli;

internal sealed class DevClusterCommand : CliCommand
{
    private const int DefaultPort = 9092;

    private readonly Option<int> _port = new("--port")
    {
        Description = "Where to listen on 127.0.0.1; 0 takes a free port.",
        HelpName = "PORT",
        DefaultValueFactory = _ => DefaultPort,
    };

    private readonly Option<string> _user = new("--user")
    {
        Description = "The one user that may connect, with SASL PLAIN. Default: everybody may.",
        HelpName = "NAME",
    };

    private readonly Option<string> _passwordFile = new("--password-file")
    {
        Description = "The file that has the user's password.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _topics = new("--topic")
    {
        Description = "A topic to create, with its partitions. Default: 1 partition. Can be repeated.",
        HelpName = "NAME[:PARTITIONS]",
    };

    public DevClusterCommand()
        : base("dev-cluster", "Runs a Kafka for trying things out, until Ctrl-C: in memory, on this machine only, with the control topics of a new project.",
            "dev-cluster", "dev-cluster --port 9093 --user alice --password-file password.txt --topic orders:4")
    {
        Add(_port);
        Add(_user);
        Add(_passwordFile);
        Add(_topics);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var options = new EmbeddedClusterOptions { Port = PortOf(context) };
        if (LoginOf(context) is var (user, password))
            options.Users[user] = password;
        var control = new ControlTopicLayout(ControlTopicLayout.DefaultPrefix, ControlTopicLayout.DefaultPartitions);
        List<(string Name, int Partitions)> topics =
        [
            // A new project's, so that nothing needs the right to create them.
            (control.Authority, 1),
            (control.Members, 1),
            (control.Sessions, control.Partitions),
            (control.Grants, control.Partitions),
            (control.Requests, 1),
            .. (context.Get(_topics) ?? []).Select(TopicOf),
        ];
        if (topics.GroupBy(topic => topic.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UsageException($"The topic '{twice.Key}' is there already: name it once with --topic, and no control topic.");

        using var cluster = EmbeddedCluster.Start(options);
        foreach (var (name, partitions) in topics)
            cluster.CreateTopic(name, partitions);

        if (context.Screen.IsJson)
        {
            context.Screen.Json(new RunningCluster(cluster.BootstrapServers, context.Get(_user)), CliJson.Default.RunningCluster);
        }
        else
        {
            context.Screen.Line("Kafka for trying things out: in memory, gone when it ends. Ctrl-C ends it.");
            context.Screen.Line($"Listening on {cluster.BootstrapServers}{(options.Users.Count > 0 ? ", with SASL PLAIN" : "")}.");
            context.Screen.Line($"Next: {RootCommandOfTool.Name} project create demo --development --bootstrap-server {cluster.BootstrapServers}");
        }

        context.Screen.Flush();

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(ended.SetResult).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
        return ExitCode.Success;
    }

    private int PortOf(CommandContext context) => context.Get(_port) is >= 0 and <= 65535 and var port
        ? port
        : throw new UsageException("A port is a number between 0 and 65535: correct --port.");

    private (string User, string Password)? LoginOf(CommandContext context)
    {
        var (user, file) = (context.Get(_user), context.Get(_passwordFile));
        if (user is null && file is null)
            return null;
        if (string.IsNullOrEmpty(user) || file is null)
            throw new UsageException("A user needs a password: give --user and --password-file, or neither.");

        return (user, InputFile.ReadSecret(context.Surroundings.FullPath(file), "password", "Write a password into it, or correct --password-file."));
    }

    private static (string Name, int Partitions) TopicOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var partitions = 1;
        return TopicPattern.IsTopicName(name) &&
            (colon < 0 || (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out partitions) && partitions > 0))
            ? (name, partitions)
            : throw new UsageException($"'{text}' is not a topic with its partitions: give --topic as in orders:4.");
    }
}
