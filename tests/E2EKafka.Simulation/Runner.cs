using System.Collections.Concurrent;

namespace E2EKafka.Simulation;

/// <summary>Runs seeds.</summary>
public static class Runner
{
    /// <summary>Runs one seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="trace">Told what happens.</param>
    /// <param name="counted">Told what happened how often.</param>
    /// <returns>Which guarantee does not hold, and how to see it; <see langword="null"/> if all do.</returns>
    public static string? Run(ulong seed, Action<string>? trace = null, Action<IReadOnlyDictionary<string, int>>? counted = null)
    {
        var scenario = new Scenario(seed) { Trace = trace };
        try
        {
            scenario.Run();
            counted?.Invoke(scenario.Counts);
            return null;
        }
        catch (InvariantBrokenException e)
        {
            return $"{scenario}: {e.Message}. Replay: make simulate ARGS=\"--trace {seed}\"";
        }
    }

    /// <summary>Runs seeds in order on all processors until one fails.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="done">Told of each seed that passed, what happened in it how often. Called by several threads.</param>
    /// <returns>What <see cref="Run"/> said of the one that failed; <see langword="null"/> if all passed.</returns>
    public static string? RunMany(ulong first, ulong count, Action<IReadOnlyDictionary<string, int>> done)
    {
        string? failure = null;

        // Without a limit the thread pool adds a thread every half second, which only switch.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(Partitioner.Create(From(first).Take((int)count), EnumerablePartitionerOptions.NoBuffering), options, (seed, state) =>
        {
            if (Run(seed, counted: done) is { } found)
            {
                Interlocked.CompareExchange(ref failure, found, null);
                state.Stop();
            }
        });
        return failure;
    }

    private static IEnumerable<ulong> From(ulong seed)
    {
        while (true)
            yield return seed++;
    }
}
