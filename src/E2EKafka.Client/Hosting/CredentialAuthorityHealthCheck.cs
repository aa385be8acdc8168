using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace E2EKafka.Hosting;

/// <summary>Healthy while the authority answers.</summary>
internal sealed class CredentialAuthorityHealthCheck(CredentialAuthority authority) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(authority.NotServing is { } failure
            ? new HealthCheckResult(context.Registration.FailureStatus, failure.Message)
            : HealthCheckResult.Healthy());
}
