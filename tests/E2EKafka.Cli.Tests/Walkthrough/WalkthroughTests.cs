using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>Runs the commands of docs/walkthrough.md as they stand there, in one bash, with the built tool on the path.</summary>
[Platform(Include = "Linux", Reason = "The document's blocks are for bash and GNU tail.")]
public class WalkthroughTests
{
    /// <summary>What it takes at most, on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Test]
    public async Task Every_command_of_the_walkthrough_works_and_prints_what_the_document_shows()
    {
        var steps = WalkthroughDocument.Read();
        using var folder = new TemporaryFolder();
        var (exitCode, outputs) = await RunAsync(steps, folder);
        var transcript = string.Join('\n', outputs.Select((output, i) => $"--- block {i + 1}\n{output}")) + LogsIn(folder);

        Assert.That(exitCode, Is.Zero, transcript);
        Assert.Multiple(() =>
        {
            Assert.That(outputs, Has.Count.EqualTo(steps.Count), transcript);
            foreach (var (step, output) in steps.Zip(outputs))
                Assert.That(step.FirstLineMissingIn(output), Is.Null, $"the document shows this line, and it was not printed after those before it:\n{output}");
        });
    }

    [Test]
    public void The_document_shows_what_is_printed_for_most_of_its_commands() =>
        Assert.That(WalkthroughDocument.Read().Count(step => step.Shown.Count > 0), Is.GreaterThan(8));

    /// <summary>Runs all blocks in one shell, each in turn, until one of their commands fails.</summary>
    private static async Task<(int ExitCode, IReadOnlyList<string> Outputs)> RunAsync(IReadOnlyList<WalkthroughStep> steps, TemporaryFolder folder)
    {
        // A line that no command prints, between the outputs of blocks.
        var mark = $"next block {Guid.NewGuid():N}";
        var script = new StringBuilder("set -euo pipefail\ntrap 'kill -KILL $(jobs -p) 2> /dev/null || true; wait' EXIT\nexec 2>&1\n");
        foreach (var step in steps)
            script.Append("echo '").Append(mark).Append("'\n").Append(step.Commands);
        await File.WriteAllTextAsync(folder["walkthrough.sh"], script.ToString());
        Directory.CreateDirectory(folder["work"]);

        var start = new ProcessStartInfo("bash", [folder["walkthrough.sh"]])
        {
            WorkingDirectory = folder["work"],
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["PORT"] = $"{FreePort()}";
        start.Environment.Remove(Home.Variable);
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
            Assert.Fail($"The walkthrough has not ended after {Patience}:\n{output}{LogsIn(folder)}");
        }

        return (bash.ExitCode, output.ToString().Split(mark + "\n")[1..]);
    }

    private static string LogsIn(TemporaryFolder folder) =>
        string.Concat(Directory.GetFiles(folder["work"], "*.log").Select(log => $"\n--- {Path.GetFileName(log)}\n{File.ReadAllText(log)}"));

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
