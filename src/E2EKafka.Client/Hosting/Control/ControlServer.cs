using System.IO.Pipes;
using System.Text.Json;

namespace E2EKafka.Hosting;

/// <summary>Answers other processes of the same user for as long as this one holds a vault.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>How long a client may take to ask.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlAnswer>> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private ControlServer(string vaultFile, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer)
    {
        _name = ControlPipe.NameOf(vaultFile);
        _answer = answer;
        _serving = ServeAsync(Create());
    }

    /// <param name="vaultFile">The vault that this process holds.</param>
    /// <param name="answer">What is asked of it.</param>
    /// <exception cref="IOException">The pipe cannot be made.</exception>
    public static ControlServer Start(string vaultFile, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer) => new(vaultFile, answer);

    /// <summary>Stops; who is being answered is answered first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        _stop.Dispose();
    }

    private NamedPipeServerStream Create() => new(
        _name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

    private async Task ServeAsync(NamedPipeServerStream next)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                try
                {
                    await next.WaitForConnectionAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is UnauthorizedAccessException or IOException)
                {
                    // Another user, or a client that has gone.
                    await next.DisposeAsync().ConfigureAwait(false);
                    next = Create();
                    continue;
                }

                // The next one is there before this one ends, so that the pipe never goes away in between.
                var connected = next;
                next = Create();
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(TalkAsync(connected));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            // Stopped, or this machine lets us make no more pipes. What the process is there for goes on.
        }

        await next.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(connections).ConfigureAwait(false);
    }

    private async Task TalkAsync(NamedPipeServerStream pipe)
    {
        await using (pipe.ConfigureAwait(false))
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                patience.CancelAfter(Patience);
                var request = await ControlPipe.ReadAsync(pipe, ControlJson.Default.ControlRequest, patience.Token).ConfigureAwait(false);
                await ControlPipe.WriteAsync(pipe, await AnswerAsync(request).ConfigureAwait(false), ControlJson.Default.ControlAnswer, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or JsonException or OperationCanceledException)
            {
                // Not a client of ours, or one that has gone: it waits for no answer.
            }
        }
    }

    private async Task<ControlAnswer> AnswerAsync(ControlRequest request)
    {
        try
        {
            return await _answer(request, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is, who asked is told. It must not end what this process is there for.
            return new ControlAnswer { Problem = e is OperationCanceledException ? "The process that holds the vault is stopping: try again." : e.Message };
        }
    }
}
