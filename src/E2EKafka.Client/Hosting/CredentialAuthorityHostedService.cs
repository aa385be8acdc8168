using E2EKafka.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Hosting;

/// <summary>
/// Runs the authority with the host. Its members' start waits for it. Where Kafka cannot be used yet the host starts all the same:
/// unhealthy, and the authority goes on trying.
/// </summary>
internal sealed class CredentialAuthorityHostedService(CredentialAuthority authority, ILogger<CredentialAuthority> log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await authority.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (EndToEndKafkaException e) when (e.Kind == FailureKind.Transient || e.Reason is FailureReason.KafkaAccessDenied or FailureReason.ControlTopicMissing or FailureReason.ControlTopicMisconfigured)
        {
            log.AuthorityNotServing(e.Reason, e.Message);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await authority.DisposeAsync().ConfigureAwait(false);
}
