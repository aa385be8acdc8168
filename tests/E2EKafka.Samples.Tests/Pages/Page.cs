namespace E2EKafka.Samples.Tests;

/// <summary>A page of the documentation: a Markdown file that readers are sent to.</summary>
/// <param name="Path">Its path in the clone, with slashes.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record Page(string Path, IReadOnlyList<string> Lines)
{
    private const string Fence = "```";

    public static Page Readme => Read("README.md");

    /// <summary>All pages, those of the test vectors and the samples included.</summary>
    public static IEnumerable<Page> All() =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Repository.Folder("docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateDirectories(Repository.Folder("samples")).SelectMany(sample => Directory.EnumerateFiles(sample, "*.md")))
            .Select(file => Read(System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')))
            .OrderBy(page => page.Path, StringComparer.Ordinal);

    public static Page Read(string path) => new(path, Repository.Read(path).Split('\n'));

    /// <summary>The whole text.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>The lines outside of code blocks, with their numbers from 1.</summary>
    public IEnumerable<(int Number, string Line)> Prose()
    {
        var isCode = false;
        foreach (var (line, index) in Lines.Select((line, index) => (line, index)))
        {
            if (line.TrimStart().StartsWith(Fence, StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                yield return (index + 1, line);
        }
    }

    /// <summary>The code blocks of one language, in their order.</summary>
    /// <param name="language">What stands behind the fence.</param>
    public IEnumerable<string> Blocks(string language)
    {
        for (var i = 0; i < Lines.Count; i++)
        {
            var fence = Lines[i].TrimStart();
            if (!fence.StartsWith(Fence, StringComparison.Ordinal))
                continue;

            // A block inside of a list is indented as a whole.
            var indent = Lines[i].Length - fence.Length;
            var block = Lines.Skip(i + 1).TakeWhile(line => line.Trim() != Fence).ToList();
            if (fence[Fence.Length..] == language)
                yield return string.Join('\n', block.Select(line => line.Length > indent ? line[indent..] : ""));
            i += block.Count + 1;
        }
    }

    public override string ToString() => Path;
}
