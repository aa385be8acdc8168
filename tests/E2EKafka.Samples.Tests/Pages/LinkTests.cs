using System.Text.RegularExpressions;

namespace E2EKafka.Samples.Tests;

/// <summary>Every relative link on a page leads to a file of the clone, and to a heading of it where it names one.</summary>
[TestFixture]
public partial class LinkTests
{
    private static IEnumerable<Page> Pages() => Page.All();

    [TestCaseSource(nameof(Pages))]
    public void Its_links_lead_somewhere(object page) => Assert.That(DeadLinks((Page)page), Is.Empty);

    [Test]
    public void A_dead_link_is_found()
    {
        var page = new Page("docs/page.md",
        [
            "# A `title`, of two-words", "```", "[code](no-such-file.md)", "```",
            "[here](#a-title-of-two-words) [there](../README.md) [away](https://example.org/page) <a id=\"place\"></a> [place](#place)",
            "[no heading](#title) [no file](no-such-file.md) [no", "heading there](threat-model.md#no-such-heading) `[code](no-such-file.md)`",
        ]);

        Assert.That(DeadLinks(page), Is.EqualTo(new[] { "#title", "no-such-file.md", "threat-model.md#no-such-heading" }));
    }

    [Test]
    public void Every_page_of_docs_is_in_its_list()
    {
        var list = Page.Read("docs/README.md").Text;
        Assert.Multiple(() =>
        {
            foreach (var page in Page.All().Where(page => page.Path.StartsWith("docs/", StringComparison.Ordinal) && page.Path != "docs/README.md"))
                Assert.That(list, Does.Contain($"]({page.Path["docs/".Length..]})"));
        });
    }

    private static List<string> DeadLinks(Page page)
    {
        var text = CodePattern().Replace(string.Join('\n', page.Prose().Select(line => line.Line)), "");
        return LinkPattern().Matches(text).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !IsAlive(page, link))
            .ToList();
    }

    private static bool IsAlive(Page page, string link)
    {
        var parts = link.Split('#', 2);
        var folder = Path.GetDirectoryName(page.Path) ?? "";
        var target = parts[0].Length == 0 ? page.Path : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, folder, parts[0])));
        var file = Path.Combine(Repository.Root, target);
        if (parts[0].Length > 0 && !File.Exists(file) && !Directory.Exists(file))
            return false;

        return parts.Length == 1 || Anchors(parts[0].Length == 0 ? page : Page.Read(target.Replace('\\', '/'))).Contains(parts[1]);
    }

    /// <summary>As GitHub names headings: in lower case, without punctuation, with hyphens for spaces.</summary>
    private static HashSet<string> Anchors(Page page)
    {
        HashSet<string> anchors = [.. IdPattern().Matches(page.Text).Select(match => match.Groups[1].Value)];
        foreach (var (_, line) in page.Prose().Where(line => HeadingPattern().IsMatch(line.Line)))
        {
            var name = PunctuationPattern().Replace(HeadingPattern().Replace(line, "").Trim().ToLowerInvariant(), "").Replace(' ', '-');
            for (var number = 0; !anchors.Add(number == 0 ? name : $"{name}-{number}"); number++)
            {
            }
        }

        return anchors;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex CodePattern();

    [GeneratedRegex("<a id=\"([^\"]+)\"></a>")]
    private static partial Regex IdPattern();

    [GeneratedRegex("^#{1,6} ")]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex PunctuationPattern();
}
