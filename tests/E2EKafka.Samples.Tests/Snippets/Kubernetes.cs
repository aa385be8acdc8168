using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/kubernetes.md shows.</summary>
internal static class Kubernetes
{
    public static void Worker(IServiceCollection services)
    {
        // [snippet]
        services.AddHostedService<HealthFile>();
        // [/snippet]
    }
}

// [snippet]
internal sealed class HealthFile(HealthCheckService health) : BackgroundService
{
    private const string Path = "/tmp/healthy";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var report = await health.CheckHealthAsync(stoppingToken);
            if (report.Status == HealthStatus.Unhealthy)
                File.Delete(Path);
            else
                await File.WriteAllTextAsync(Path, "", stoppingToken);
        }
    }
}
// [/snippet]
