using System.Diagnostics;
using System.Reflection;

namespace E2EKafka.Simulation.Tests;

/// <summary>A copy of the sources with every mutation in it, built once; an environment variable says which one is in force.</summary>
internal sealed class MutatedSources : IDisposable
{
    private const string Switch = """
        namespace E2EKafka;

        internal static class MutationInForce
        {
            private static readonly string? Name = System.Environment.GetEnvironmentVariable("E2EKAFKA_MUTATION");

            public static bool Is(string name) => Name == name;
        }
        """;

    private static readonly string Root = typeof(MutatedSources).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private static readonly string[] Built =
    [
        "tests/E2EKafka.Simulation", "tests/E2EKafka.Client.Tests", "tests/E2EKafka.Identity.Tests", "tests/E2EKafka.Integration.Tests",
    ];

    private static readonly string[] Parts =
    [
        .. Built, "src/Directory.Build.props", "src/E2EKafka.Identity", "src/E2EKafka.Client", "src/E2EKafka.Testing",
        "tests/Directory.Build.props", "tests/Shared", "tests/E2EKafka.TestMember", "docs/protocol.md",
        "Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config",
    ];

    private readonly TemporaryFolder _copy = new();

    public MutatedSources(IEnumerable<Mutation> mutations)
    {
        foreach (var part in Parts)
            Copy(part);
        File.WriteAllText(_copy["src/E2EKafka.Identity/MutationInForce.cs"], Switch);
        foreach (var mutation in mutations)
        {
            var file = _copy[$"src/{mutation.File}"];
            File.WriteAllText(file, mutation.PutInto(File.ReadAllText(file)));
        }

        File.WriteAllText(_copy["Mutated.slnx"], $"<Solution>{string.Concat(Built.Select(project => $"<Project Path=\"{project}/{Path.GetFileName(project)}.csproj\" />"))}</Solution>");

        // Found in the packages folder of this machine; no feed is asked. What the compiler says of code that never runs does not matter.
        var (exitCode, output) = Run(
            mutation: null, "msbuild", "Mutated.slnx", "-restore", "-nologo", "-verbosity:quiet", "-nodeReuse:false",
            "-property:Configuration=Release;RunAnalyzers=false;TreatWarningsAsErrors=false;NuGetAudit=false;GenerateDocumentationFile=false");
        if (exitCode != 0)
            throw new InvalidOperationException($"The mutated sources do not build:\n{output}");
    }

    /// <summary>Runs the simulator until a seed fails.</summary>
    /// <returns>The exit code, and what it said.</returns>
    public (int ExitCode, string Output) Simulate(Mutation? mutation, int seeds, ulong first = 0) =>
        Run(mutation, "tests/E2EKafka.Simulation/bin/Release/net10.0/E2EKafka.Simulation.dll", "--seeds", $"{seeds}", "--first", $"{first}");

    /// <summary>Runs one test.</summary>
    /// <param name="test">Its project, a slash and a part of its full name.</param>
    /// <param name="mutation">The mutation in force.</param>
    /// <returns>The exit code, and what the runner said.</returns>
    public (int ExitCode, string Output) Test(string test, Mutation mutation) => test.Split('/') is [var project, var name]
        ? Run(mutation, "test", $"tests/{project}/bin/Release/net10.0/{project}.dll", "--filter", $"FullyQualifiedName~{name}")
        : throw new ArgumentException($"'{test}' is not a project, a slash and a test.", nameof(test));

    public void Dispose() => _copy.Dispose();

    private (int ExitCode, string Output) Run(Mutation? mutation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _copy["."],
            RedirectStandardOutput = true,
            Environment = { [Mutation.Variable] = mutation?.Name },
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private void Copy(string part)
    {
        var source = Path.Combine(Root, part);
        var files = Directory.Exists(source)
            ? Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            : Enumerable.Repeat(source, File.Exists(source) ? 1 : 0);
        foreach (var file in files)
        {
            var name = Path.GetRelativePath(Root, file);
            if (name.Split('/', '\\').Any(folder => folder is "bin" or "obj" or "TestResults"))
                continue;

            Directory.CreateDirectory(Path.GetDirectoryName(_copy[name])!);
            File.Copy(file, _copy[name]);
        }
    }
}
