using Microsoft.Extensions.Hosting;

namespace E2EKafka;

/// <summary>Runs the authority with the host. Its members' start waits for it.</summary>
internal sealed class CredentialAuthorityHostedService(CredentialAuthority authority) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => authority.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await authority.DisposeAsync().ConfigureAwait(false);
}
