using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>A project that serves with exactly the printed rights, of which a test takes some away and gives them back.</summary>
internal sealed class RightsOfProject : IAsyncDisposable
{
    private RightsOfProject(SecuredProject project) => Project = project;

    public SecuredProject Project { get; }

    public static async Task<RightsOfProject> StartAsync()
    {
        var project = await SecuredProject.CreateAsync();
        var rights = new RightsOfProject(project);
        try
        {
            using var admin = project.NewAdmin();
            await admin.CreateTopicsAsync(project.Document.ControlTopics.Select(topic => new TopicSpecification
            {
                Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = -1, Configs = new(topic.Settings),
            }));
            foreach (var right in PrintedRights.Of(await project.PrintTopicsAsync()))
                await rights.GiveBackAsync(right);
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
        var all = await Task.WhenAll(Project.Users.Keys.Select(Project.RightsOfAsync));
        var right = all.SelectMany(rights => rights).Single(that);
        using var admin = Project.NewAdmin();
        await admin.DeleteAclsAsync([right.ToFilter()]);
        await UntilAsync(right, there: false);
        return right;
    }

    /// <summary>Gives a right. Returns when the broker knows.</summary>
    public async Task GiveBackAsync(AclBinding right)
    {
        using var admin = Project.NewAdmin();
        await admin.CreateAclsAsync([right]);
        await UntilAsync(right, there: true);
    }

    public async ValueTask DisposeAsync() => await Project.DisposeAsync();

    private async Task UntilAsync(AclBinding right, bool there)
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        var role = Project.Users.Single(user => $"User:{user.Value.Name}" == right.Entry.Principal).Key;
        while ((await Project.RightsOfAsync(role)).Contains(right) != there)
            patience.Token.ThrowIfCancellationRequested();
    }
}
