using System.Diagnostics;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>The tool <c>e2ekafka</c>, and shells, in processes of their own, in one folder.</summary>
internal sealed class Tool(string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // a script starts a Java process for each line, on a machine that is busy with brokers

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string file) => Path.Combine(folder, file);

    /// <summary>Runs a command of the tool.</summary>
    public Task<ToolRun> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "e2ekafka.dll"), .. arguments]);
        start.Environment["E2EKAFKA_HOME"] = Path.Combine(folder, "home");
        return RunAsync(start);
    }

    /// <summary>Runs commands in a shell that has Kafka's own tools on its path, and stops at the first that fails.</summary>
    public async Task<ToolRun> ShellAsync(KafkaHome kafka, string commands)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "commands.sh"), commands);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "commands.sh"]);
        start.Environment["PATH"] = $"{Path.Combine(kafka.Path, "bin")}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"; // many short runs
        return await RunAsync(start);
    }

    private async Task<ToolRun> RunAsync(ProcessStartInfo start)
    {
        start.WorkingDirectory = folder;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Patience);
            await process.WaitForExitAsync();
            return new ToolRun(process.ExitCode, texts[0], texts[1]);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
