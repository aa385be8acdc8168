using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using E2EKafka.Benchmarks;
using Perfolizer.Horology;

// Not one of BenchmarkDotNet's: make benchmark ARGS=--rotations
if (args is ["--rotations"])
{
    await RotationMeasurement.RunAsync(Console.Out);
    return;
}

// As ratios, measured by turns: make benchmark ARGS=--ratios, --batches or --threads
Func<TextWriter, Task>? measurement = args switch
{
    ["--ratios"] => RatioMeasurement.RunAsync,
    ["--batches"] => BatchMeasurement.RunAsync,
    ["--threads"] => ScalingMeasurement.RunAsync,
    _ => null,
};
if (measurement is not null)
{
    await measurement(Console.Out);
    return;
}

// In this process and short: a run takes two minutes, not half an hour. Compare within a run only; see the ratios.
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(7).WithIterationTime(TimeInterval.FromMilliseconds(200)))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddColumn(StatisticColumn.Min) // on a busy machine the least disturbed measurement says most
    .HideColumns(Column.Error, Column.StdDev, Column.Median, Column.RatioSD, Column.Gen0, Column.Gen1, Column.Gen2, Column.AllocRatio)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(ConsoleLogger.Default);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
