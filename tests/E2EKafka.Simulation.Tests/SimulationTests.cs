using System.Globalization;

namespace E2EKafka.Simulation.Tests;

/// <summary>Many seeds, and that enough happened in them. <c>E2EKAFKA_SEEDS</c> says how many, <c>make simulate</c> runs more.</summary>
[TestFixture]
public class SimulationTests
{
    private static readonly ulong Seeds =
        ulong.TryParse(Environment.GetEnvironmentVariable("E2EKAFKA_SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 2_000;

    [Test]
    public void Every_guarantee_holds_whatever_happens_to_the_members()
    {
        var counts = new Dictionary<string, double>();
        var failure = Runner.RunMany(first: 0, Seeds, happened =>
        {
            lock (counts)
            {
                foreach (var (what, count) in happened)
                    counts[what] = counts.GetValueOrDefault(what) + ((double)count / Seeds);
            }
        });

        Assert.That(failure, Is.Null);
        foreach (var (what, mean) in counts.OrderBy(pair => pair.Key))
            TestContext.Out.WriteLine($"{mean,8:0.00} {what}");

        // A simulation in which nothing happens proves nothing. A third of what does happen in the mean seed:
        Assert.Multiple(() =>
        {
            Assert.That(counts["messages sent"], Is.GreaterThan(3));
            Assert.That(counts["messages opened"], Is.GreaterThan(4));
            Assert.That(counts["refused: ProducerRevoked"], Is.GreaterThan(0.5));
            Assert.That(counts["refused: ProducerDenied"], Is.GreaterThan(0.5));
            Assert.That(counts["refused: ReaderNotAuthorized"], Is.GreaterThan(0.5));
            Assert.That(counts["refused: ClockDisagrees"], Is.GreaterThan(0.2));
            Assert.That(counts["clocks set"], Is.GreaterThan(0.6));
            Assert.That(counts["package keys destroyed"], Is.GreaterThan(0.08));
            Assert.That(counts["session secrets destroyed"], Is.GreaterThan(0.02));
        });
    }
}
