using System.Diagnostics;
using System.Globalization;

namespace E2EKafka.TestBrokers;

/// <summary>One broker's process. It ends with this process, whatever ends this process.</summary>
public sealed class KafkaNode : IAsyncDisposable
{
    private const string Started = "Kafka Server started";
    private const int LinesKept = 400;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs the broker until it ends. When this process dies, the operating system closes the shell's standard input: then the broker is
    /// killed and its folder deleted. The shell that waits for the broker goes first: it would kill the guard before the folder is deleted.
    /// A dying broker may still create a file while its folder is deleted.
    /// </summary>
    private const string Guard = """
        exec 2>/dev/null
        folder=$0
        exec 3<&0
        "$@" </dev/null 2>&1 3<&- & broker=$!
        echo "$broker"
        {
          trap '' TERM INT HUP
          cat <&3
          kill -KILL $$ $broker
          until rm -rf "$folder"; do sleep 0.1; done
          rmdir "${folder%/*}"
        } >/dev/null 2>&1 & guard=$!
        wait $broker
        kill -KILL $guard
        """;

    private readonly KafkaHome _home;
    private readonly Lock _lock = new();
    private readonly Queue<string> _log = new();
    private Process? _guard;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource? _started;
    private int _pid;

    internal KafkaNode(KafkaHome home, int id, string folder, int port, int controllerPort)
    {
        _home = home;
        Id = id;
        Folder = folder;
        Port = port;
        ControllerPort = controllerPort;
    }

    public int Id { get; }

    /// <summary>Holds <c>server.properties</c> and the logs.</summary>
    public string Folder { get; }

    public int Port { get; }

    /// <summary>Whether its process is there.</summary>
    public bool Runs => _guard is not null;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Where it keeps its records.</summary>
    public string DataFolder => Path.Combine(Folder, "data");

    internal int ControllerPort { get; }

    internal string PropertiesFile => Path.Combine(Folder, "server.properties");

    /// <summary>The end of what it logged, for the message of a test that failed.</summary>
    public string LogTail
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Starts it, or starts it again after it was killed or stopped. Returns when it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not start in time.</exception>
    public async Task StartAsync()
    {
        if (_guard is not null)
            throw new InvalidOperationException($"Broker {Id} runs.");

        _started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _guard = Process.Start(new ProcessStartInfo(
            "sh",
            [
                "-c", Guard, Folder, KafkaHome.Java,
                "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", $"-Dlog4j2.configurationFile={Path.Combine(Folder, "log4j2.properties")}",
                "-cp", _home.Jars, "kafka.Kafka", PropertiesFile,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _pid = int.Parse((await _guard.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        _reading = ReadAsync(_guard, _started);
        try
        {
            await _started.Task.WaitAsync(StartPatience);
        }
        catch (Exception e)
        {
            var log = LogTail;
            await KillAsync();
            throw new InvalidOperationException($"Broker {Id} did not start: {e.Message}\n{log}", e);
        }
    }

    /// <summary>SIGKILL. Returns when the process is gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>SIGTERM: it hands its partitions over, and flushes. Returns when the process is gone.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>SIGSTOP: its connections stay open, and it answers nothing until <see cref="Resume"/>.</summary>
    public void Freeze() => Signal.Send("STOP", _pid);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal.Send("CONT", _pid);

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task EndAsync(string signal)
    {
        if (_guard is not { } guard)
            return;

        Signal.Send(signal, _pid);
        await guard.WaitForExitAsync();
        await _reading;
        guard.Dispose();
        _guard = null;
    }

    private async Task ReadAsync(Process process, TaskCompletionSource started)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _log.Enqueue(line);
                if (_log.Count > LinesKept)
                    _log.Dequeue();
            }

            if (line.Contains(Started, StringComparison.Ordinal))
                started.TrySetResult();
        }

        started.TrySetException(new InvalidOperationException("it ended."));
    }
}
