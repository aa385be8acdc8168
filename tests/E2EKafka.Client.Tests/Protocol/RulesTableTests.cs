using System.Text.RegularExpressions;

namespace E2EKafka.Client.Tests.Protocol;

/// <summary>The table of rules in docs/protocol.md: every rule is in it, and every test and mutation that it names exists.</summary>
[TestFixture]
public partial class RulesTableTests
{
    private static readonly string Protocol = Repository.Read("docs/protocol.md");

    private static readonly string Rules = Protocol[Protocol.IndexOf("## 2 Rules", StringComparison.Ordinal)..Protocol.IndexOf("## 3 Order of checks", StringComparison.Ordinal)];

    private static readonly IReadOnlyList<string> Tests =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText),
    ];

    private static IEnumerable<string> EveryRule() => ["T1", "T2", "T3", "T4", "T5", .. Enumerable.Range(1, 22).Select(rule => $"{rule}")];

    [TestCaseSource(nameof(EveryRule))]
    public void Every_rule_of_the_design_is_in_the_table_or_said_to_be_missing(string rule)
    {
        var row = Rules.Split('\n').SingleOrDefault(line => line.StartsWith($"| {rule} |", StringComparison.Ordinal));

        if (row is null)
            Assert.That(Protocol[Protocol.IndexOf("## 11 Not in this version", StringComparison.Ordinal)..], Does.Contain($"*Rule* {rule}"));
        else
            Assert.That(TestPattern().IsMatch(row), Is.True, $"rule {rule} names no test");
    }

    [Test]
    public void Every_test_that_the_specification_names_exists() => Assert.Multiple(() =>
    {
        foreach (var test in TestPattern().Matches(Protocol).DistinctBy(match => match.Value))
        {
            var (type, method) = (test.Groups[1].Value, test.Groups[2].Value);
            Assert.That(Tests.Any(text => Regex.IsMatch(text, $@"class {type}\b") && Regex.IsMatch(text, $@"\b{method}\s*\(")), Is.True, test.Value);
        }
    });

    [Test]
    public void The_rules_name_every_mutation_and_no_other()
    {
        var mutations = Repository.Read("tests/E2EKafka.Simulation.Tests/MutationTests.cs");
        var known = MutationPattern().Matches(mutations).Select(match => match.Groups[1].Value).ToList();
        var named = NamePattern().Matches(Rules).Where(match => match.Groups[1].Success)
            .Select(match => SpacePattern().Replace(match.Groups[1].Value, " ")).Distinct().ToList();

        Assert.That(known, Has.Count.GreaterThan(28));
        Assert.That(named, Is.EquivalentTo(known));
    }

    [GeneratedRegex(@"`(\w+(?:Tests|Contract))\.(\w+)`")]
    private static partial Regex TestPattern();

    [GeneratedRegex("""new\("([^"]+)", (?:Client|Identity) \+""")]
    private static partial Regex MutationPattern();

    /// <summary>In quotation marks; what an anchor has in its attribute is none.</summary>
    [GeneratedRegex("=\"[^\"]*\"|\"([^\"]+)\"")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\s+")]
    private static partial Regex SpacePattern();
}
