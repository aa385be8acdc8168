namespace E2EKafka.Cli.Tests;

/// <summary>A command that runs until it is interrupted, in this process.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly MemoryStream _output = new();
    private readonly Task<int> _run;

    public RunningCommand(CliHost host, Stream input, params string[] args) =>
        _run = Task.Run(() => E2EKafkaCli.RunAsync(args, host.SurroundingsOf(input, _output, Error), _interrupt.Token));

    public WatchedLines Error { get; } = new();

    /// <summary>Waits until it has said something on standard error.</summary>
    public Task SaysAsync(string text) => Error.SeeAsync(text, _run);

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<CliRun> EndAsync() => new(await _run, _output.ToArray(), Error.ToString());

    /// <summary>Ctrl-C, and what came of it.</summary>
    public async Task<CliRun> InterruptAsync()
    {
        await _interrupt.CancelAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        await _run;
        _interrupt.Dispose();
        await _output.DisposeAsync();
        await Error.DisposeAsync();
    }
}
