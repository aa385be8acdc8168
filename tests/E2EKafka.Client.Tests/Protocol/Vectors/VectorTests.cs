using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>
/// The files of <c>docs/vectors</c> say what the sources do, and the sources would make the same files today. With the environment
/// variable <c>E2EKAFKA_WRITE_VECTORS</c> set to 1 they are written first.
/// </summary>
[TestFixture]
public sealed class VectorTests
{
    private static readonly Dictionary<string, VectorFile> Made = [];

    /// <summary>How many grants by unknown senders are opened is each implementation's own.</summary>
    private static readonly string[] OwnLimits = ["3.2 10"];

    private static IEnumerable<string> Names => VectorFiles.Builders.Keys;

    [OneTimeSetUp]
    public void Make()
    {
        using var project = new VectorProject();
        foreach (var (name, build) in VectorFiles.Builders)
        {
            Made[name] = build(project);
            if (Environment.GetEnvironmentVariable("E2EKAFKA_WRITE_VECTORS") == "1")
                File.WriteAllText(VectorFiles.PathOf(name), Made[name].ToJson());
        }
    }

    [Test]
    public void There_is_a_file_of_every_topic_and_no_other() => Assert.That(
        Directory.GetFiles(Repository.Folder("docs", "vectors"), "*.json").Select(Path.GetFileNameWithoutExtension), Is.EquivalentTo(Names));

    [TestCaseSource(nameof(Names))]
    public void A_file_has_the_vectors_that_the_sources_make(string name)
    {
        var file = VectorFile.Read(VectorFiles.PathOf(name));

        Assert.That(file.Name, Is.EqualTo(Made[name].Name));
        Assert.That(file.Vectors.Select(NameOf), Is.Unique);
        Assert.That(file.Vectors.Select(Summary), Is.EqualTo(Made[name].Vectors.Select(Summary)));
    }

    [TestCaseSource(nameof(Names))]
    public void The_sources_do_what_a_file_says(string name) => RunAll(VectorFile.Read(VectorFiles.PathOf(name)));

    [Test]
    public void A_program_that_knows_the_specification_alone_runs_them_too()
    {
        if (Python("-c", "import cryptography").ExitCode is not 0)
            Assert.Ignore("This test needs python3 with the package cryptography, to run vectors.py.");

        var (exitCode, output) = Python(Repository.Folder("tests", "E2EKafka.Client.Tests", "Protocol", "Vectors", "vectors.py"),
            Repository.Folder("docs", "vectors"));

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("0 failed").And.Not.StartsWith("0 vectors"));
    }

    [Test]
    public void Every_check_of_the_specification_refuses_a_vector()
    {
        var refused = Made.Values.SelectMany(file => file.Vectors).Select(vector => (string?)vector["check"]).ToHashSet();

        Assert.That(Checks().Except(OwnLimits), Is.SubsetOf(refused));
    }

    private static (int? ExitCode, string Output) Python(params string[] arguments)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            python.StandardError.ReadToEndAsync();
            var output = python.StandardOutput.ReadToEnd();
            python.WaitForExit();
            return (python.ExitCode, output);
        }
        catch (Win32Exception)
        {
            return (null, "");
        }
    }

    // The rows of the tables in section 3, and the checks that it names in words.
    private static IEnumerable<string> Checks()
    {
        var section = "";
        foreach (var line in Repository.Read("docs/protocol.md").Split('\n'))
        {
            if (line.StartsWith('#'))
                section = line.StartsWith("### 3.", StringComparison.Ordinal) ? line[4..7] : "";
            else if (section.Length > 0 && line.StartsWith("| ", StringComparison.Ordinal) && line.Split(' ')[1] is var number && number.All(char.IsAsciiDigit))
                yield return $"{section} {number}";
        }

        foreach (var check in (string[])["3.1 package", "3.1 a", "3.1 b", "3.1 c", "3.1 d", "3.1 request", "3.3 document", "3.3 credential", "3.3 revocations", "3.3 refusal",
            "3.3 key change"])
            yield return check;
    }

    private static void RunAll(VectorFile file)
    {
        var run = VectorFiles.Runs[file.Kind];
        Assert.Multiple(() =>
        {
            foreach (var vector in file.Vectors)
                Run(run, file.Context, vector);
        });
    }

    private static void Run(VectorRun run, JsonObject context, JsonObject vector)
    {
        var expected = vector["expected"]?.AsObject() ?? [];
        var actual = new JsonObject();
        string result;
        try
        {
            result = run(context, vector["input"]!.AsObject(), expected, actual);
        }
        catch (Exception e) when (e is not AssertionException)
        {
            Assert.Fail($"{NameOf(vector)}: {e}");
            return;
        }

        // A record that is passed over is not refused: only what follows tells it from one that is taken, which a run says of requests alone.
        var said = (string)vector["result"]!;
        var isTold = (string?)vector["input"]!["record"]?["topic"] == "requests";
        Assert.That(result, Is.EqualTo(said == VectorFile.PassedOver && !isTold ? VectorFile.Accepted : said), NameOf(vector));
        Assert.That(actual.ToJsonString(), Is.EqualTo(expected.ToJsonString()), NameOf(vector));
    }

    private static string NameOf(JsonObject vector) => (string)vector["name"]!;

    private static string Summary(JsonObject vector) => $"{NameOf(vector)} -> {vector["result"]} ({vector["check"]})";
}
