using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace E2EKafka.Samples.Tests;

/// <summary>What the pages say of reasons, log events, topics and options is what the sources have.</summary>
[TestFixture]
public partial class PageTests
{
    [Test]
    public void The_README_has_at_most_250_lines() => Assert.That(Page.Readme.Lines, Has.Count.LessThanOrEqualTo(250));

    [Test]
    public void Every_failure_reason_is_in_the_table_of_kinds()
    {
        var page = Page.Read("docs/troubleshooting.md");
        Assert.Multiple(() =>
        {
            foreach (var reason in Enum.GetValues<FailureReason>())
            {
                var row = page.Lines.SingleOrDefault(line => line.StartsWith($"| {reason.Kind()} |", StringComparison.Ordinal));
                Assert.That(row, Does.Contain($"`{reason}`"), "the row of its kind");
            }
        });
    }

    [Test]
    public void Every_failure_reason_has_a_row_that_says_what_to_do()
    {
        var rows = Page.Read("docs/troubleshooting.md").Lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        Assert.Multiple(() =>
        {
            foreach (var reason in Enum.GetValues<FailureReason>())
                Assert.That(rows.Any(row => row.Split('|')[1].Contains($"`{reason}`", StringComparison.Ordinal)), Is.True, $"{reason}");
        });
    }

    [TestCase("Log.cs", "docs/troubleshooting.md", 40)]
    [TestCase("AuditEvents.cs", "docs/monitoring.md", 13)]
    public void Every_log_event_has_a_row_with_its_level(string source, string path, int more)
    {
        var page = Page.Read(path);
        var events = EventPattern().Matches(Repository.Read($"src/E2EKafka.Client/Diagnostics/{source}"));
        Assert.That(events, Has.Count.GreaterThan(more));
        Assert.Multiple(() =>
        {
            foreach (Match match in events)
                Assert.That(page.Lines.Count(line => line.StartsWith($"| {match.Groups[1].Value} | {match.Groups[2].Value} |", StringComparison.Ordinal)), Is.EqualTo(1), match.Value);
        });
    }

    [TestCase("docs/troubleshooting.md", 30)]
    [TestCase("docs/monitoring.md", 13)]
    public void What_it_quotes_of_a_message_is_in_the_sources(string path, int more)
    {
        var sources = string.Concat(((string[])["E2EKafka.AspNetCore", "E2EKafka.Client", "E2EKafka.Identity"])
            .SelectMany(folder => Directory.EnumerateFiles(Repository.Folder("src", folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        var quotes = QuotePattern().Matches(Page.Read(path).Text).Select(match => match.Groups[1].Value).ToList();
        Assert.That(quotes, Has.Count.GreaterThan(more));
        Assert.Multiple(() =>
        {
            foreach (var part in quotes.SelectMany(quote => quote.Split('…', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
                Assert.That(sources.Contains(part, StringComparison.Ordinal), Is.True, part);
        });
    }

    [Test]
    public async Task The_control_topics_of_the_page_are_those_of_a_new_project()
    {
        // Touches no Kafka before it is started.
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions { ProjectName = "pages", BootstrapServers = "127.0.0.1:1", UseInMemoryVault = true });
        var page = Page.Read("docs/operations.md").Text;
        Assert.Multiple(() =>
        {
            foreach (var topic in authority.Project.ControlTopics)
            {
                Assert.That(page, Does.Contain($"| `{topic.Name}` | {topic.Partitions} | {topic.Settings["retention.ms"]} ("));
                foreach (var (name, value) in topic.Settings.Where(setting => setting.Key != "retention.ms"))
                    Assert.That(page, Does.Contain($"`{name}={value}`"));
            }
        });
    }

    [TestCase("docs/hosting.md")]
    [TestCase("docs/kafka-access.md")]
    public void The_configuration_of_a_page_is_understood_whole(string page)
    {
        // The page's certificate is not on this machine, and its absence would be told.
        var text = Page.Read(page).Blocks("json").Single().Replace("/etc/kafka/ca.pem", Path.Combine(Repository.Root, "LICENSE").Replace('\\', '/'), StringComparison.Ordinal);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var services = new ServiceCollection();
        var member = services.AddEndToEndKafka(new ConfigurationBuilder().AddJsonStream(json).Build().GetSection("EndToEndKafka"));
        if (page.EndsWith("kafka-access.md", StringComparison.Ordinal))
            member.UseInMemoryVault();
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value;

        Assert.Multiple(() =>
        {
            Assert.That(options.BootstrapServers, Is.Not.Null);
            Assert.That(options.Kafka, Contains.Key("security.protocol"));
            Assert.That(options.StartupTimeout, Is.EqualTo(page.EndsWith("hosting.md", StringComparison.Ordinal) ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(30)));
        });
    }

    [Test]
    public void Every_option_has_a_row_on_the_page()
    {
        var page = Page.Read("docs/hosting.md").Text;
        Assert.Multiple(() =>
        {
            foreach (var property in typeof(EndToEndKafkaOptions).GetProperties().Concat(typeof(CredentialAuthorityOptions).GetProperties()))
                Assert.That(page, Does.Contain($"`{property.Name}`"));
        });
    }

    [GeneratedRegex(@"LoggerMessage\((\d+), LogLevel\.(\w+), ")]
    private static partial Regex EventPattern();

    /// <summary>Text in typographic quotation marks is what a program says, with … for what differs.</summary>
    [GeneratedRegex("“([^”]+)”")]
    private static partial Regex QuotePattern();
}
