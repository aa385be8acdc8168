namespace E2EKafka.Cli.Tests;

/// <summary>A project made with the tool, on an embedded cluster: its owner's machine, with the authority running, and machines of members.</summary>
internal sealed class CliProject : IAsyncDisposable
{
    private readonly List<CliHost> _hosts = [];
    private RunningCommand? _authority;

    private CliProject()
    {
    }

    public EmbeddedCluster Cluster { get; } = EmbeddedCluster.Start();

    /// <summary>Where the authority is.</summary>
    public CliHost Owner { get; } = new();

    public ProjectDocument Project => ProjectDocument.Load(Owner["project.json"]);

    public static async Task<CliProject> CreateAsync()
    {
        var project = new CliProject();
        project.WriteKafkaConfig(project.Owner);
        (await project.Owner.RunAsync("project", "create", "demo", "--development", "--kafka-config", "kafka.config")).Succeeds();
        foreach (var topic in project.Project.ControlTopics)
            project.Cluster.CreateTopic(topic.Name, topic.Partitions);
        await project.StartAuthorityAsync();
        return project;
    }

    public async Task StartAuthorityAsync()
    {
        _authority = new RunningCommand(Owner, Stream.Null, "authority", "run", "--kafka-config", "kafka.config");
        await _authority.SaysAsync("Ctrl-C ends");
    }

    public async Task<CliRun> StopAuthorityAsync()
    {
        var run = await _authority!.InterruptAsync();
        await _authority.DisposeAsync();
        _authority = null;
        return run;
    }

    /// <summary>Runs a command of the owner's.</summary>
    public Task<CliRun> OwnerAsync(params string[] args) => Owner.RunAsync([.. args, "--kafka-config", "kafka.config"]);

    /// <summary>Another machine, with the project document and an identity of this name that has enrolled.</summary>
    public async Task<CliHost> JoinAsync(string name, params string[] ticketOptions)
    {
        var host = new CliHost();
        _hosts.Add(host);
        WriteKafkaConfig(host);
        host.Write("project.json", File.ReadAllText(Owner["project.json"]));
        host.Write("ticket", (await OwnerAsync(["ticket", "create", .. ticketOptions])).Succeeds().Output);
        (await host.RunAsync("identity", "create", name)).Succeeds();
        (await host.RunAsync("enroll", "--identity", name, "--ticket", "ticket", "--kafka-config", "kafka.config")).Succeeds();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (_authority is not null)
            await _authority.DisposeAsync();
        foreach (var host in _hosts)
            host.Dispose();
        Owner.Dispose();
        Cluster.Dispose();
    }

    // The embedded cluster answers an empty fetch only after its whole wait, and lets a group that all have left wait for its whole
    // session timeout.
    private void WriteKafkaConfig(CliHost host) =>
        host.Write("kafka.config", $"bootstrap.servers={Cluster.BootstrapServers}\nfetch.max.wait.ms=10\nsession.timeout.ms=2000\nheartbeat.interval.ms=500\n");
}
