namespace E2EKafka.OrdersApi;

/// <summary>Creates the topic, and says who may produce and consume it, once for a project.</summary>
internal sealed class OrdersPolicy(CredentialAuthority authority, OrdersKafka kafka) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await kafka.CreateTopicAsync();
        if (authority.Project.Version == 1)
            await authority.SetPolicyAsync(Of(kafka.Topic), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static Policy Of(string topic) => new()
    {
        Produce = [Rule(topic, "shop")],
        Consume = [Rule(topic, "billing")],
        Topics = [new TopicRequirements { Topic = topic, KeyRetention = TimeSpan.FromDays(30) }],
    };

    private static PolicyRule Rule(string topic, string service) => new()
    {
        Topics = [topic],
        Attributes = new Dictionary<string, IReadOnlyList<string>> { ["service"] = [service] },
    };
}
