using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace E2EKafka.Samples.Tests;

/// <summary>The alert rules, the dashboard and their page name metrics that a member has.</summary>
[TestFixture]
public partial class MonitoringTests
{
    private IReadOnlyList<Instrument> _instruments = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        List<Instrument> instruments = [];
        using var listener = new MeterListener();
        await using var project = await InMemoryProject.StartAsync();
        await using var member = await project.AddMemberAsync("member");
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == EndToEndKafkaTelemetry.MeterName && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, member.Identifier)))
                instruments.Add(instrument);
        };
        listener.Start();
        _instruments = instruments;
    }

    [Test]
    public void Every_metric_has_a_row_on_the_page_and_every_row_a_metric() => Assert.That(
        RowPattern().Matches(Page.Read("docs/monitoring.md").Text).Select(match => match.Groups[1].Value),
        Is.EquivalentTo(_instruments.Select(instrument => instrument.Name)));

    [Test]
    public void Every_alert_names_metrics_that_exist_and_what_to_do()
    {
        var page = Page.Read("docs/monitoring.md");
        var rules = Rules();
        Assert.That(rules, Has.Count.EqualTo(11));
        Assert.Multiple(() =>
        {
            foreach (var rule in rules)
            {
                var (name, annotations) = ((string)rule["alert"], (Dictionary<object, object>)rule["annotations"]);
                Assert.That(Unknown((string)rule["expr"]), Is.Empty, name);
                Assert.That(annotations["summary"], Is.Not.Empty, name);
                Assert.That(SectionOf(page, ((string)annotations["page"])["docs/monitoring.md#".Length..]), Does.Contain($"`{name}`"), "what to do is in its section");
            }
        });
    }

    [Test]
    public void Every_panel_names_metrics_that_exist()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("docs/monitoring/grafana-dashboard.json"));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(expressions, Has.Count.GreaterThan(15));
            Assert.That(expressions.SelectMany(Unknown), Is.Empty);
            Assert.That(PrometheusNames().Where(name => !expressions.Any(expression => expression.Contains(name, StringComparison.Ordinal))), Is.Empty, "metrics that the dashboard lacks");
        });
    }

    [Test]
    public void What_does_not_exist_is_found() => Assert.That(
        Unknown("sum by (messaging_destination_name, topic) (rate(e2ekafka_messages_refused_total{error_type=~\"A|B\", reason=\"\"}[5m])) + e2ekafka_refused"),
        Is.EquivalentTo(new[] { "topic", "reason", "e2ekafka_refused" }));

    private static List<Dictionary<object, object>> Rules()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<Dictionary<string, object>>>>(Repository.Read("docs/monitoring/alerts.yaml"));
        return [.. file["groups"].SelectMany(group => ((List<object>)group["rules"]).Cast<Dictionary<object, object>>())];
    }

    private static string SectionOf(Page page, string anchor)
    {
        var start = page.Lines.ToList().FindIndex(line => line.StartsWith("### ", StringComparison.Ordinal) && line[4..].ToLowerInvariant().Replace(' ', '-') == anchor);
        return start < 0 ? "" : string.Join('\n', page.Lines.Skip(start + 1).TakeWhile(line => !line.StartsWith('#')));
    }

    // As OpenTelemetry's Prometheus exporter names them.
    private IEnumerable<string> PrometheusNames() => _instruments.Select(instrument =>
    {
        var name = instrument.Name.Replace('.', '_') + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return instrument is ObservableCounter<long> ? $"{name}_total" : instrument is Histogram<double> ? $"{name}_bucket" : name;
    });

    /// <summary>The metrics and labels of an expression that no member has.</summary>
    private IEnumerable<string> Unknown(string expression)
    {
        HashSet<string> known =
        [
            .. PrometheusNames(),
            .. typeof(EndToEndKafkaTelemetry).GetFields().Where(field => field.Name.EndsWith("Tag", StringComparison.Ordinal)).Select(field => ((string)field.GetValue(null)!).Replace('.', '_')),
            "le", "sum", "by", "rate", "increase", "min", "max", "min_over_time", "histogram_quantile", "bool",
        ];
        return WordPattern().Matches(LiteralPattern().Replace(expression, "")).Select(match => match.Value).Where(word => !known.Contains(word));
    }

    [GeneratedRegex(@"^\| `(e2ekafka\.[a-z.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    /// <summary>Strings, and durations in brackets.</summary>
    [GeneratedRegex("\"[^\"]*\"|\\[[^]]*\\]")]
    private static partial Regex LiteralPattern();

    [GeneratedRegex("[a-z_][a-z0-9_]*")]
    private static partial Regex WordPattern();
}
