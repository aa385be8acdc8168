using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace E2EKafka.Samples.Tests.Packages;

/// <summary>The packages as a feed gets them.</summary>
[TestFixtureSource(nameof(Ids))]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class PackageTests(string id)
{
    private static readonly string[] Ids = ["E2EKafka.Identity", "E2EKafka.Client", "E2EKafka.Testing", "E2EKafka.AspNetCore", "E2EKafka.Cli"];

    private readonly string _folder = Directory.CreateTempSubdirectory("e2ekafka-").FullName;
    private ZipArchive _package = null!;
    private XElement _metadata = null!;

    private bool IsTool => id == "E2EKafka.Cli";

    [OneTimeSetUp]
    public void Pack()
    {
        // Like that of these tests, so that nothing is built twice.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["pack", Repository.Folder("src", id), "--configuration", configuration, "--output", _folder, "-nodeReuse:false", "-nologo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output + errors.Result);

        _package = ZipFile.OpenRead(Directory.EnumerateFiles(_folder, $"{id}.*.nupkg").Single());
        var text = Read($"{id}.nuspec");
        Assert.That(text, Does.Not.Contain(Repository.Root), "a path of the machine that packed it");
        _metadata = XElement.Parse(text).Elements().Single();
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _package?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void It_says_what_it_is() => Assert.Multiple(() =>
    {
        Assert.That(Said("id"), Is.EqualTo(id));
        Assert.That(Said("description"), Has.Length.GreaterThan(40));
        Assert.That(Said("license"), Is.EqualTo("Apache-2.0"));
        Assert.That(Said("tags"), Does.Contain("kafka").And.Contain("encryption"));
        Assert.That(_metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("commit")?.Value, Does.Match("^[0-9a-f]{40}$"));
    });

    [Test]
    public void It_has_its_own_page_and_the_icon() => Assert.Multiple(() =>
    {
        Assert.That(Said("readme"), Is.EqualTo("README.md"));
        Assert.That(Read("README.md"), Is.EqualTo(Repository.Read($"src/{id}/README.md")).And.Not.Contains("]("), "a feed follows no link of the repository");
        Assert.That(Said("icon"), Is.EqualTo("icon.png"));
        Assert.That(_package.GetEntry("icon.png")!.Length, Is.InRange(500, 20_000));
    });

    [Test]
    public void It_asks_for_the_first_of_the_line_of_what_applications_pin_themselves()
    {
        var dependencies = _metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);
        Assert.That(dependencies.Where(dependency => dependency.Key.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)).Select(dependency => dependency.Value), Is.All.EqualTo("10.0.0"));
        Assert.That(dependencies.Keys, Has.None.Contains("Analyzers"));
    }

    [Test]
    public void It_has_documentation_and_symbols()
    {
        if (IsTool)
        {
            Assert.That(_package.Entries.Select(entry => entry.FullName), Has.Some.EndsWith("DotnetToolSettings.xml"));
            return;
        }

        Assert.That(_package.GetEntry($"lib/net10.0/{id}.xml"), Is.Not.Null);
        using var symbols = ZipFile.OpenRead(Directory.EnumerateFiles(_folder, $"{id}.*.snupkg").Single());
        Assert.That(symbols.GetEntry($"lib/net10.0/{id}.pdb"), Is.Not.Null);
    }

    [Test]
    public void Its_public_members_are_listed()
    {
        if (!IsTool)
            Assert.That(Repository.Read($"src/{id}/PublicAPI.Unshipped.txt").Split('\n'), Has.Some.StartsWith("E2EKafka."));
    }

    private string? Said(string name) => _metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private string Read(string entry)
    {
        using var reader = new StreamReader(_package.GetEntry(entry)!.Open());
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
