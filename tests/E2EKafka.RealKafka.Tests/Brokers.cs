namespace E2EKafka.RealKafka.Tests;

/// <summary>Hands out real brokers. A test that this machine has no broker for is skipped, and says why.</summary>
[SetUpFixture]
internal sealed class Brokers
{
    private static readonly Lazy<Task<TestBroker>> Started = new(TestBroker.StartAsync);

    /// <summary>The broker that all tests of this assembly share: each has topics of its own there. No SASL, no ACLs, and it creates topics.</summary>
    public static async Task<TestBroker> SharedAsync() => await OrIgnoreAsync(() => Started.Value);

    /// <summary>Brokers for one test, which it may kill, or which have users and ACLs.</summary>
    public static async Task<KafkaCluster> StartAsync(KafkaClusterOptions? options = null) =>
        await OrIgnoreAsync(() => KafkaCluster.StartAsync(KafkaHome.Require(), options));

    /// <summary>For a test that has another process start brokers, or runs the distribution's tools.</summary>
    public static Task<KafkaHome> RequireKafkaHomeAsync() => OrIgnoreAsync(() => Task.FromResult(KafkaHome.Require()));

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await Started.Value).DisposeAsync();
    }

    private static async Task<T> OrIgnoreAsync<T>(Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (BrokerUnavailableException e)
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }
}
