namespace E2EKafka.Testing.Tests.Documented;

/// <summary>What docs/testing.md shows is what is built and run.</summary>
[TestFixture]
public sealed class DocumentTests
{
    private const string Document = "docs/testing.md";

    private static readonly string[] Files = [.. Directory.GetFiles(Repository.Folder("tests", "E2EKafka.Testing.Tests", "Documented"), "*.cs")
        .Where(file => File.ReadAllText(file).Contains("// [/" + Document + "]\n", StringComparison.Ordinal))
        .Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [TestCaseSource(nameof(Files))]
    public void The_code_in_the_document_is_that_of(string file) =>
        Assert.That(Repository.Read(Document), Does.Contain("```csharp\n" + Marked(file) + "\n```\n"));

    [Test]
    public void All_code_in_the_document_is_built() =>
        Assert.That(Repository.Read(Document).Split("```csharp\n").Skip(1).Select(code => code.Split("\n```\n")[0]), Is.EquivalentTo(Files.Select(Marked)));

    private static string Marked(string file)
    {
        var marked = Repository.Read($"tests/E2EKafka.Testing.Tests/Documented/{file}").Split('\n')
            .SkipWhile(line => line.Trim() != $"// [{Document}]").Skip(1)
            .TakeWhile(line => line.Trim() != $"// [/{Document}]")
            .ToList();
        var indent = marked.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', marked.Select(line => line.Length == 0 ? line : line[indent..])).Trim('\n');
    }
}
