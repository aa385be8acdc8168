using System.Globalization;

namespace E2EKafka.Simulation.Tests;

/// <summary>Many seeds, and that enough happened in them. <c>E2EKAFKA_SEEDS</c> says how many, <c>make simulate</c> runs more.</summary>
[TestFixture]
public class SimulationTests
{
    private static readonly ulong Seeds =
        ulong.TryParse(Environment.GetEnvironmentVariable("E2EKAFKA_SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 1_500;

    /// <summary>A simulation in which nothing happens proves nothing. A third of what does happen in the mean seed, or less.</summary>
    private static readonly IReadOnlyDictionary<string, double> Enough = new Dictionary<string, double>
    {
        ["messages sent"] = 3,
        ["messages opened"] = 4,
        ["refused: ProducerRevoked"] = 0.5,
        ["refused: ProducerDenied"] = 0.5,
        ["refused: ReaderNotAuthorized"] = 0.5,
        ["refused: ClockDisagrees"] = 0.2,
        ["clocks set"] = 0.6,
        ["package keys destroyed"] = 0.08,
        ["session secrets destroyed"] = 0.02,
        ["poison: bits flipped"] = 0.9,
        ["poison: cut short"] = 0.9,
        ["poison: right signature, any place"] = 0.9,
        ["poison: as large as a record may be, or larger"] = 0.9,
        ["poison: another typ"] = 0.9,
        ["poison: noise"] = 0.9,
        ["poison: null"] = 0.9,
        ["payloads changed and signed"] = 0.1,
        ["limits pushed"] = 0.1,
        ["offsets went back"] = 0.2,
        ["topics created again"] = 0.2,
        ["heads cut off"] = 0.14,
        ["members restored"] = 0.06,
        ["authority restored"] = 0.04,
        ["authority stopped by an outdated backup"] = 0.015,
        ["rows damaged"] = 0.07,
        ["rows of a newer release"] = 0.05,
        ["rows of a newer release destroyed"] = 0.003,
        ["disks full"] = 0.3,
        ["authority could not write"] = 0.1,
        ["the authority's replaced key used"] = 0.07,
        ["a member's replaced key used"] = 0.03,
        ["a removed insider publishes on"] = 0.1,
        ["grants of rubbish"] = 0.9,
        ["another's session announced"] = 0.2,
        ["another's session announced first"] = 0.02,
    };

    /// <summary>A busy machine takes minutes for each part, and a test that takes ten counts as one that hangs.</summary>
    private const int Parts = 10;

    private readonly Dictionary<string, double> _means = [];
    private readonly Lazy<string?>[] _failures;

    public SimulationTests() => _failures = [.. Enumerable.Range(0, Parts).Select(part => new Lazy<string?>(() => Simulate(part)))];

    [Test]
    public void Every_guarantee_holds_whatever_happens_to_the_members([Range(0, Parts - 1)] int part) => Assert.That(_failures[part].Value, Is.Null);

    [Test]
    public void What_happens_in_all_seeds_together_is_enough()
    {
        Assert.That(_failures.Select(failure => failure.Value), Is.All.Null);
        foreach (var (what, mean) in _means.OrderBy(pair => pair.Key))
            TestContext.Out.WriteLine($"{mean,8:0.00} {what}");

        Assert.Multiple(() =>
        {
            foreach (var (what, least) in Enough)
                Assert.That(_means.GetValueOrDefault(what), Is.GreaterThan(least), what);
        });
    }

    private string? Simulate(int part)
    {
        var (first, next) = (Seeds * (ulong)part / Parts, Seeds * (ulong)(part + 1) / Parts);
        return Runner.RunMany(first, next - first, happened =>
        {
            lock (_means)
            {
                foreach (var (what, count) in happened)
                    _means[what] = _means.GetValueOrDefault(what) + ((double)count / Seeds);
            }
        });
    }
}
