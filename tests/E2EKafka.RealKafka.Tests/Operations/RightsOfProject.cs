using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>A project that serves with exactly the printed rights, of which a test takes some away and gives them back.</summary>
internal sealed class RightsOfProject : IAsyncDisposable
{
    // The same for each project but for the names: one run of the tool will do.
    private static readonly Lazy<Task<(string Name, string Printed)>> Template = new(PrintAsync);

    private RightsOfProject(SecuredProject project) => Project = project;

    public SecuredProject Project { get; }

    /// <param name="serves">Whether the control topics are there and the authority runs. Default: yes.</param>
    public static async Task<RightsOfProject> StartAsync(bool serves = true)
    {
        var project = await SecuredProject.CreateAsync();
        var rights = new RightsOfProject(project);
        try
        {
            var (name, printed) = await Template.Value;
            await rights.GiveBackAsync([.. PrintedRights.Of(printed.Replace(name, project.Name, StringComparison.Ordinal))]);
            if (!serves)
                return rights;

            using var admin = project.NewAdmin();
            await admin.CreateTopicsAsync(project.Document.ControlTopics.Select(topic => new TopicSpecification
            {
                Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = -1, Configs = new(topic.Settings),
            }));
            await project.StartAuthorityAsync();
            return rights;
        }
        catch
        {
            await rights.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes a right away. Returns when the broker knows.</summary>
    public async Task<AclBinding> TakeAsync(Func<AclBinding, bool> that)
    {
        var right = (await AllAsync()).Single(that);
        using var admin = Project.NewAdmin();
        await admin.DeleteAclsAsync([right.ToFilter()]);
        await UntilAsync(rights => !rights.Contains(right));
        return right;
    }

    /// <summary>Gives rights. Returns when the broker knows.</summary>
    public async Task GiveBackAsync(params AclBinding[] given)
    {
        using var admin = Project.NewAdmin();
        await admin.CreateAclsAsync(given);
        await UntilAsync(rights => given.All(rights.Contains));
    }

    public async ValueTask DisposeAsync() => await Project.DisposeAsync();

    private static async Task<(string Name, string Printed)> PrintAsync()
    {
        await using var project = await SecuredProject.CreateAsync();
        return (project.Name, await project.PrintTopicsAsync());
    }

    private async Task<IReadOnlyCollection<AclBinding>> AllAsync() =>
        [.. (await Task.WhenAll(Project.Users.Keys.Select(Project.RightsOfAsync))).SelectMany(rights => rights)];

    private async Task UntilAsync(Func<IReadOnlyCollection<AclBinding>, bool> that)
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        while (!that(await AllAsync()))
            patience.Token.ThrowIfCancellationRequested();
    }
}
