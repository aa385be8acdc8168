using System.Diagnostics;
using System.Text;

namespace E2EKafka.Tests;

/// <summary>Runs the commands of docs/walkthrough.md as they stand there, in one bash, with the built tool on the path.</summary>
internal sealed class WalkthroughShell : IDisposable
{
    /// <summary>What it takes at most, on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public WalkthroughShell() => Directory.CreateDirectory(Folder);

    /// <summary>What the reader's shell has besides.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>A folder of programs that the reader has on the path besides.</summary>
    public string? Programs { get; init; }

    /// <summary>The path of a file in the folder where the document is followed.</summary>
    public string this[string file] => Path.Combine(Folder, file);

    private string Folder => _folder["work"];

    /// <summary>Runs all blocks, and compares what they print with what the document shows.</summary>
    public async Task FollowAsync(IReadOnlyList<WalkthroughStep> steps)
    {
        var (exitCode, outputs) = await RunAsync(steps);
        var transcript = string.Join('\n', outputs.Select((output, i) => $"--- block {i + 1}\n{output}")) + Logs();

        Assert.That(exitCode, Is.Zero, transcript);
        Assert.Multiple(() =>
        {
            Assert.That(outputs, Has.Count.EqualTo(steps.Count), transcript);
            foreach (var (step, output) in steps.Zip(outputs))
                Assert.That(step.FirstLineMissingIn(output), Is.Null, $"the document shows this line, and it was not printed after those before it:\n{output}");
        });
    }

    public void Dispose() => _folder.Dispose();

    // Each block in turn, until one of their commands fails.
    private async Task<(int ExitCode, IReadOnlyList<string> Outputs)> RunAsync(IReadOnlyList<WalkthroughStep> steps)
    {
        // A line that no command prints, between the outputs of blocks.
        var mark = $"next block {Guid.NewGuid():N}";
        var script = new StringBuilder("set -euo pipefail\ntrap 'kill -KILL $(jobs -p) 2> /dev/null || true; wait' EXIT\nexec 2>&1\n");
        foreach (var step in steps)
            script.Append("echo '").Append(mark).Append("'\n").Append(step.Commands);
        await File.WriteAllTextAsync(_folder["walkthrough.sh"], script.ToString());

        var start = new ProcessStartInfo("bash", [_folder["walkthrough.sh"]])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = string.Join(Path.PathSeparator, ((string?[])[AppContext.BaseDirectory, Programs, start.Environment["PATH"]]).OfType<string>());
        start.Environment.Remove("E2EKAFKA_HOME");
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        bash.StandardInput.Close();
        using var enough = new CancellationTokenSource(Patience);
        var output = new StringBuilder();
        try
        {
            while (await bash.StandardOutput.ReadLineAsync(enough.Token) is { } line)
                output.Append(line).Append('\n');
            await bash.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            bash.Kill(entireProcessTree: true);
            Assert.Fail($"The walkthrough has not ended after {Patience}:\n{output}{Logs()}");
        }

        return (bash.ExitCode, output.ToString().Split(mark + "\n")[1..]);
    }

    private string Logs() =>
        string.Concat(Directory.GetFiles(Folder, "*.log").Select(log => $"\n--- {Path.GetFileName(log)}\n{File.ReadAllText(log)}"));
}
