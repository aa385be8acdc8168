using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using E2EKafka.TestMember;

namespace E2EKafka.Tests;

/// <summary>A member in a process of its own.</summary>
internal sealed class MemberProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<MemberEvent> _events = Channel.CreateUnbounded<MemberEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly List<MemberEvent> _told = [];
    private readonly Task _reading;

    private MemberProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>All that the process has told so far, the library's log aside; after <see cref="KillAsync"/>, all that it ever told.</summary>
    public IReadOnlyList<MemberEvent> Told
    {
        get
        {
            lock (_lock)
                return [.. _told];
        }
    }

    public static MemberProcess Start(MemberSettings settings)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(MemberSettings).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardInput.AutoFlush = true;
        process.StandardInput.WriteLine(JsonSerializer.Serialize(settings));
        return new MemberProcess(process);
    }

    /// <summary>Has a producer send a message, when it has sent all that it was to send by itself.</summary>
    public void Send(string value) => _process.StandardInput.WriteLine(value);

    /// <summary>Has a producer send a message, and reads on until the broker has it.</summary>
    public async Task SendAsync(string value)
    {
        Send(value);
        Assert.That((await UntilAsync(MemberEventKind.Sent)).Value, Is.EqualTo(value));
    }

    /// <summary>What the process tells next, the library's log aside.</summary>
    public Task<MemberEvent> NextAsync() => FirstAsync(next => next.Kind != MemberEventKind.Logged);

    /// <summary>Reads on until the library logs this.</summary>
    public Task<MemberEvent> UntilLoggedAsync(string name, Func<IReadOnlyDictionary<string, string?>, bool>? that = null) =>
        FirstAsync(next => ThrowIfFailed(next).Name == name && that?.Invoke(next.Details!) != false);

    /// <summary>Reads on until the process tells of this.</summary>
    public Task<MemberEvent> UntilAsync(MemberEventKind kind, Func<MemberEvent, bool>? that = null) =>
        FirstAsync(next => (next.Kind == kind ? next : ThrowIfFailed(next)).Kind == kind && that?.Invoke(next) != false);

    /// <summary>SIGKILL. Returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Closes the process's standard input, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        finally
        {
            if (!_process.HasExited)
                await KillAsync();
            await _reading;
            _process.Dispose();
        }
    }

    private static MemberEvent ThrowIfFailed(MemberEvent next) =>
        next.Kind is MemberEventKind.Failed or MemberEventKind.Refused
            ? throw new AssertionException($"The member failed: {next.Reason}. {next.Message}")
            : next;

    // One wait for all: a process that goes on telling of other things does not keep the test alive.
    private async Task<MemberEvent> FirstAsync(Func<MemberEvent, bool> that)
    {
        using var patience = new CancellationTokenSource(Patience);
        MemberEvent? last = null;
        try
        {
            while (true)
            {
                last = await _events.Reader.ReadAsync(patience.Token);
                if (that(last))
                    return last;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            throw new AssertionException($"The member did not tell what was waited for. The last was: {last?.ToLine()}", e);
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line of a process that was killed may be half a line.
            if (!line.EndsWith('}'))
                continue;

            var next = MemberEvent.Parse(line);
            if (next.Kind != MemberEventKind.Logged)
            {
                lock (_lock)
                    _told.Add(next);
            }

            _events.Writer.TryWrite(next);
        }

        _events.Writer.Complete();
    }
}
