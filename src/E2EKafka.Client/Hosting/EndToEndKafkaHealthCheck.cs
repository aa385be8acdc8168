using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace E2EKafka;

/// <summary>Healthy when the member is ready.</summary>
internal sealed class EndToEndKafkaHealthCheck(EndToEndKafka member) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(member.NotReady is { } failure
            ? new HealthCheckResult(context.Registration.FailureStatus, failure.Message)
            : HealthCheckResult.Healthy());
}
