using System.Diagnostics;
using E2EKafka.Simulation;
using Spectre.Console;

// Usage: E2EKafka.Simulation [--seeds N] [--first SEED] [--trace SEED]
ulong seeds = 1_000, first = 0;
ulong? traced = null;
for (var i = 0; i + 1 < args.Length; i += 2)
{
    var value = ulong.Parse(args[i + 1], System.Globalization.CultureInfo.InvariantCulture);
    switch (args[i])
    {
        case "--seeds": seeds = value; break;
        case "--first": first = value; break;
        case "--trace": traced = value; break;
        default:
            Console.Error.WriteLine($"Unknown option {args[i]}. Options: --seeds N, --first SEED, --trace SEED.");
            return 2;
    }
}

if (traced is { } one)
{
    var failure = Runner.Run(one, Console.WriteLine, happened =>
    {
        foreach (var (what, count) in happened)
            Console.WriteLine($"{count,10} {what}");
    });
    Console.WriteLine(failure ?? "every guarantee holds");
    return failure is null ? 0 : 1;
}

var watch = Stopwatch.StartNew();
string? found = null;
var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);

// A bar is for people; a log gets nothing but the result.
if (Console.IsOutputRedirected)
{
    Run(static () => { });
}
else
{
    AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(progress =>
        {
            var task = progress.AddTask("seeds", maxValue: seeds);
            Run(() => task.Increment(1));
        });
}

if (found is not null)
{
    Console.WriteLine(found);
    return 1;
}

foreach (var (what, count) in counts)
    Console.WriteLine($"{count,10} {what}");
Console.WriteLine($"{seeds} seeds from {first} on: every guarantee holds ({watch.Elapsed.TotalSeconds:0} s)");
return 0;

void Run(Action passed) => found = Runner.RunMany(first, seeds, happened =>
{
    lock (counts)
    {
        foreach (var (what, count) in happened)
            counts[what] = counts.GetValueOrDefault(what) + count;
    }

    passed();
});
