using System.Globalization;

namespace E2EKafka.Benchmarks;

/// <summary>
/// Times two things by turns, so that what else the machine does meets both. What counts is their ratio; times of different runs do not compare.
/// </summary>
internal static class AlternatingRounds
{
    private const int Rounds = 9;
    private const int SlicesPerRound = 10;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    /// <summary>Measures two calls that are always the same.</summary>
    public static Ratio Measure(Action baseline, Action measured)
    {
        var (baselineCalls, measuredCalls) = (CallsInSlice(baseline), CallsInSlice(measured));
        return Measure(() => Time(baseline, baselineCalls) / baselineCalls, () => Time(measured, measuredCalls) / measuredCalls, SlicesPerRound);
    }

    /// <summary>Measures two things that time themselves.</summary>
    /// <param name="baseline">How long the baseline takes.</param>
    /// <param name="measured">How long the other takes.</param>
    /// <param name="slices">How often in each round. The shortest time of a round is the least disturbed.</param>
    public static Ratio Measure(Func<double> baseline, Func<double> measured, int slices = 1)
    {
        var rounds = new List<(double Baseline, double Measured)>();
        for (var round = 0; round < Rounds; round++)
        {
            var (shortestBaseline, shortestMeasured) = (double.MaxValue, double.MaxValue);
            for (var slice = 0; slice < slices; slice++)
            {
                shortestBaseline = Math.Min(shortestBaseline, baseline());
                shortestMeasured = Math.Min(shortestMeasured, measured());
            }

            rounds.Add((shortestBaseline, shortestMeasured));
        }

        var ratios = rounds.Select(round => round.Measured / round.Baseline).Order().ToList();
        return new Ratio(rounds.Min(round => round.Baseline), rounds.Min(round => round.Measured), ratios[0], ratios[ratios.Count / 2], ratios[^1]);
    }

    /// <returns>In nanoseconds.</returns>
    public static double Time(Action call, int calls)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < calls; i++)
            call();
        return TimeProvider.System.GetElapsedTime(startedAt).TotalNanoseconds;
    }

    private static int CallsInSlice(Action call)
    {
        // Long enough for the code to reach its last tier.
        var warmUp = 0;
        for (var startedAt = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(1); warmUp++)
            call();
        return Math.Max(1, (int)(Slice.TotalNanoseconds / Math.Min(Time(call, warmUp), Time(call, warmUp)) * warmUp));
    }

    /// <summary>Of all rounds.</summary>
    /// <param name="BaselineTime">The baseline's shortest time, in nanoseconds.</param>
    /// <param name="Time">The other's.</param>
    /// <param name="Min">The smallest ratio of a round.</param>
    /// <param name="Median">The ratio in the middle.</param>
    /// <param name="Max">The greatest.</param>
    public readonly record struct Ratio(double BaselineTime, double Time, double Min, double Median, double Max)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{BaselineTime:N0} | {Time:N0} | {Time / BaselineTime:N2} | {Min:N2} | {Median:N2} | {Max:N2} |");
    }
}
