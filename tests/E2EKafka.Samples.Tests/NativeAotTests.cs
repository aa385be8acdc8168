using System.Diagnostics;
using System.Runtime.InteropServices;

namespace E2EKafka.Samples.Tests;

/// <summary>samples/NativeAot, compiled ahead of time and trimmed, sends and receives over a Kafka.</summary>
public sealed class NativeAotTests
{
    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("e2ekafka-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_native_binary_sends_and_receives()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string[] compiler = OperatingSystem.IsWindows() || IsThere("clang") ? [] : IsThere("gcc") ? ["-property:CppCompilerAndLinker=gcc"] : Skip();

        Run("dotnet", ["publish", Repository.Folder("samples", "NativeAot"), "--configuration", configuration, "--runtime", RuntimeInformation.RuntimeIdentifier,
            "--output", _folder, "-nodeReuse:false", "-nologo", .. compiler]);

        Assert.That(Run(Path.Combine(_folder, "NativeAot"), []), Is.EqualTo("shoes: 2 pairs, sent by the producer, proven by Signature\n"));
    }

    private static string[] Skip()
    {
        Assert.Ignore("This test needs clang or gcc.");
        return [];
    }

    private static bool IsThere(string command) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, command)));

    private static string Run(string command, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output + errors.Result);
        return output.ReplaceLineEndings("\n");
    }
}
