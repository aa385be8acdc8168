using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace E2EKafka.Hosting;

/// <summary>Healthy while the authority answers; degraded while it does and a control topic has wrong settings.</summary>
internal sealed class CredentialAuthorityHealthCheck(CredentialAuthority authority) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(authority.NotServing is { } failure
            ? new HealthCheckResult(context.Registration.FailureStatus, failure.Message)
            : authority.Warning is { } warning ? HealthCheckResult.Degraded(warning) : HealthCheckResult.Healthy());
}
