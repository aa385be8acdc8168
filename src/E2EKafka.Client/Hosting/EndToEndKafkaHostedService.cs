using E2EKafka.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Hosting;

/// <summary>
/// Makes a member ready before the application takes traffic. If that takes longer than its start-up timeout, or the authority
/// says no, the host starts all the same: unhealthy, refusing to send or open, and recovering by itself.
/// </summary>
internal sealed class EndToEndKafkaHostedService(Func<EndToEndKafka> member, ILogger log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var starting = member();
        try
        {
            await starting.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (EndToEndKafkaException e)
        {
            log.NotReady(starting.Identifier, e.Reason, e.Message);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The application's consumers are waited for next: a record that waits for its key would hold them up.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        member().StopWaiting();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Last of all: the application's own consumers and producers have stopped by now.
    public async Task StoppedAsync(CancellationToken cancellationToken) => await member().DisposeAsync().ConfigureAwait(false);
}
