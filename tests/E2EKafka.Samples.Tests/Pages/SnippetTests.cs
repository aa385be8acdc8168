namespace E2EKafka.Samples.Tests;

/// <summary>The C# on a page is a part of a source file that is built: between the lines <c>// [snippet]</c> and <c>// [/snippet]</c>.</summary>
[TestFixture]
public class SnippetTests
{
    private const string Begin = "// [snippet]";
    private const string End = "// [/snippet]";

    private static readonly IReadOnlyList<(string File, string Code)> Snippets = [.. FindSnippets()];

    private static IEnumerable<Page> Pages() => Page.All().Where(page => page.Blocks("csharp").Any());

    [TestCaseSource(nameof(Pages))]
    public void The_code_of_a_page_is_built(object page) => Assert.Multiple(() =>
    {
        foreach (var block in ((Page)page).Blocks("csharp"))
            Assert.That(Snippets.Any(snippet => snippet.Code == block), Is.True, $"{page} has code that is in no snippet:\n{block}");
    });

    [Test]
    public void Every_snippet_is_on_a_page() => Assert.Multiple(() =>
    {
        var shown = Pages().SelectMany(page => page.Blocks("csharp")).ToHashSet();
        foreach (var (file, code) in Snippets)
            Assert.That(shown.Contains(code), Is.True, $"{file} has a snippet that is on no page:\n{code}");
    });

    [Test]
    public void The_story_takes_fewer_than_60_lines()
    {
        var story = Snippets.Single(snippet => snippet.File.EndsWith("Story.cs", StringComparison.Ordinal)).Code.Split('\n');
        Assert.That(story.Count(line => line.Length > 0 && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)), Is.LessThan(60));
    }

    private static IEnumerable<(string File, string Code)> FindSnippets()
    {
        var files = Directory.EnumerateFiles(Repository.Folder("tests", "E2EKafka.Samples.Tests", "Snippets"), "*.cs")
            .Concat(Directory.EnumerateFiles(Repository.Folder("tests", "E2EKafka.Testing.Tests", "Documented"), "*.cs"))
            .Concat(Directory.EnumerateFiles(Repository.Folder("tests", "E2EKafka.AspNetCore.Tests", "Documented"), "*.cs"))
            .Concat(Directory.EnumerateFiles(Repository.Folder("samples", "Recipes"), "*.cs"))
            .Append(Repository.Folder("samples", "QuickStart", "Story.cs"));
        foreach (var file in files)
        {
            var lines = new Queue<string>(File.ReadAllLines(file));
            while (lines.TryDequeue(out var line))
            {
                if (line.Trim() != Begin)
                    continue;

                List<string> code = [];
                while (lines.TryDequeue(out line) && line.Trim() != End)
                    code.Add(line);
                yield return (file, string.Join('\n', WithoutIndent(code)).Trim('\n'));
            }
        }
    }

    private static IEnumerable<string> WithoutIndent(List<string> code)
    {
        var indent = code.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return code.Select(line => line.Length == 0 ? line : line[indent..]);
    }
}
