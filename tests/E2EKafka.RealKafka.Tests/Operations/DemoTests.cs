using System.Diagnostics;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>samples/QuickStart in a process of its own. It ends with 0 only if every message arrived, proven, and no plaintext is on the broker.</summary>
[TestFixture]
public class DemoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Test]
    public async Task The_demo_ends_well_on_the_broker_of_its_option() =>
        EndsWell(await RunAsync("127.0.0.1:1", "--bootstrap-server", (await Brokers.SharedAsync()).BootstrapServers), await Brokers.SharedAsync());

    [Test]
    public async Task The_demo_ends_well_on_the_broker_that_the_tests_would_use() =>
        EndsWell(await RunAsync((await Brokers.SharedAsync()).BootstrapServers), await Brokers.SharedAsync());

    [Test]
    public async Task The_demo_on_a_broker_that_is_not_there_fails_with_one_sentence()
    {
        var (exitCode, output) = await RunAsync("127.0.0.1:1");

        Assert.That((exitCode, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.StartWith("No Kafka broker answers at 127.0.0.1:1"));
    }

    private static void EndsWell((int ExitCode, string Output) run, TestBroker broker)
    {
        Assert.That(run.ExitCode, Is.Zero, run.Output);
        Assert.That(run.Output, Does.Contain($"yours, at {broker.BootstrapServers}").And.Contain("No plaintext on the broker."));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string brokerOfTests, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "QuickStart.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[TestBroker.BootstrapVariable] = brokerOfTests;
        using var demo = Process.Start(start)!;
        var output = await Task.WhenAll(demo.StandardOutput.ReadToEndAsync(), demo.StandardError.ReadToEndAsync()).WaitAsync(Patience);
        await demo.WaitForExitAsync();
        return (demo.ExitCode, string.Concat(output));
    }
}
