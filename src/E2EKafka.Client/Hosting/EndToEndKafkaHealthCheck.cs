using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace E2EKafka.Hosting;

/// <summary>Healthy when the member is ready; degraded while it is and something will end that.</summary>
internal sealed class EndToEndKafkaHealthCheck(EndToEndKafka member) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(member.NotReady is { } failure
            ? new HealthCheckResult(context.Registration.FailureStatus, failure.Message)
            : member.Warning is { } warning ? HealthCheckResult.Degraded(warning) : HealthCheckResult.Healthy());
}
