using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/monitoring.md shows.</summary>
internal static class Monitoring
{
    public static void Listen(HostApplicationBuilder builder)
    {
        // [snippet]
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(EndToEndKafkaTelemetry.ActivitySourceName))
            .WithMetrics(metrics => metrics.AddMeter(EndToEndKafkaTelemetry.MeterName));
        // [/snippet]
    }
}
