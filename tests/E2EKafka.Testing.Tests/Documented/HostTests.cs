using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.Testing.Tests.Documented;

public class HostTests
{
    [Test]
    public async Task The_applications_own_host_joins()
    {
        await using var project = await Orders.StartAsync();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var services = builder.Services;
        services.AddEndToEndKafka(options => options.BootstrapServers = "kafka.example:9092");

        // [snippet]
        services.PostConfigure<EndToEndKafkaOptions>(options => project.Configure(options, "shop", ("service", "shop")));
        // [/snippet]

        using var host = builder.Build();
        await host.StartAsync();
        Assert.That(host.Services.GetRequiredService<EndToEndKafka>().IsReady);
        await host.StopAsync();
    }
}
