namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>The one secured broker of the tests in this folder. Each has users and topics of its own there.</summary>
[SetUpFixture]
internal sealed class SecuredBroker
{
    private static readonly Lazy<Task<KafkaCluster>> Started = new(() => Brokers.StartAsync(new KafkaClusterOptions { Secured = true }));

    public static Task<KafkaCluster> SharedAsync() => Started.Value;

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await Started.Value).DisposeAsync();
    }
}
