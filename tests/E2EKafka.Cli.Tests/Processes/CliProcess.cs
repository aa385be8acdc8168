using System.Diagnostics;

namespace E2EKafka.Cli.Tests;

/// <summary>The tool as a process of its own.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly WatchedLines _error = new();

    public CliProcess(CliHost host, params string[] args)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] command = [dotnet, Path.Combine(AppContext.BaseDirectory, "e2ekafka.dll"), .. args];

        // A script starts its background jobs with SIGINT ignored, and their children inherit that: here the tool is to see Ctrl-C.
        if (OperatingSystem.IsLinux())
            command = ["env", "--default-signal=INT", .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = host["."],
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["E2EKAFKA_HOME"] = host["data/e2ekafka"];
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _error.WriteLine(line.Data);
        _process.BeginErrorReadLine();
    }

    public StreamReader Output => _process.StandardOutput;

    public StreamWriter Input => _process.StandardInput;

    public string Error => _error.ToString();

    /// <summary>Waits until it has said something on standard error.</summary>
    public Task SaysAsync(string text) => _error.SeeAsync(text, _process.WaitForExitAsync());

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(null, null)]);
        kill.WaitForExit();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _error.DisposeAsync();
    }
}
