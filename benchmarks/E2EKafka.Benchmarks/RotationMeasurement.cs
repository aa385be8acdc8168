using System.Globalization;

namespace E2EKafka.Benchmarks;

/// <summary>
/// What a rotation costs the messages around it: one thread encrypts without a pause while its session is replaced again and again over
/// Kafka, and each call is timed by itself. BenchmarkDotNet measures what is always the same; this is about the exceptions.
/// </summary>
internal sealed class RotationMeasurement : IAsyncDisposable
{
    private const int Rotations = 120;
    private const int WarmUp = 10;

    /// <summary>A sixteenth before that many, the successor is asked for: the time it has is a sixteenth of a session's.</summary>
    private const int MessagesPerSession = 16 * 1024;

    /// <summary>How many messages before the end of a session, and after the begin of the next, count as around a rotation.</summary>
    private const int Window = MessagesPerSession / 16;

    private readonly KafkaProject _project;
    private readonly byte[] _plaintext = new byte[1024];

    private RotationMeasurement(KafkaProject project) => _project = project;

    public static async Task RunAsync(TextWriter output)
    {
        await using var measurement = new RotationMeasurement(await KafkaProject.StartAsync(
            new KeyLifetimes { SessionLimits = SessionLimits.Default with { Messages = MessagesPerSession } }));
        await output.WriteLineAsync($"{Rotations} rotations, one each {MessagesPerSession} messages of 1 KiB, the {Window} before and after apart. Times in µs.\n");
        await output.WriteLineAsync("| | messages | median | p99 | p99.9 | max | over 10 × median | waited |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|");
        await measurement.MeasureAsync(output);
    }

    public ValueTask DisposeAsync() => _project.DisposeAsync();

    private async Task MeasureAsync(TextWriter output)
    {
        var protector = (MessageProtector)_project.Producer.Protector;
        var context = new MessageContext(KafkaProject.SignedTopic);
        var calls = new List<Call>(capacity: (Rotations + 1) * MessagesPerSession);
        SessionId? session = null;
        for (var sessions = 0; sessions <= WarmUp + Rotations;)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            var protecting = protector.ProtectAsync(_plaintext, context);
            var waited = !protecting.IsCompleted;
            var message = await protecting;
            var ticks = TimeProvider.System.GetElapsedTime(startedAt).Ticks;
            MessageHeader.Read(message, out var header);
            if (header.Session != session)
            {
                session = header.Session;
                sessions++;
            }

            if (sessions is > WarmUp and <= WarmUp + Rotations)
                calls.Add(new Call(ticks, header.Sequence, waited));
        }

        var median = Median(calls);
        await WriteAsync("between rotations", calls.Where(call => call.Sequence is >= Window and < MessagesPerSession - Window));
        await WriteAsync("around rotations", calls.Where(call => call.Sequence is < Window or >= MessagesPerSession - Window));
        await WriteAsync("the first of each session", calls.Where(call => call.Sequence == 0));

        Task WriteAsync(string name, IEnumerable<Call> selected)
        {
            var sorted = selected.OrderBy(call => call.Ticks).ToList();
            return output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {sorted.Count:N0} | {At(0.5):N1} | {At(0.99):N1} | {At(0.999):N1} | {At(1):N0} | {sorted.Count(call => call.Ticks > 10 * median):N0} | {sorted.Count(call => call.Waited)} |"));

            double At(double part) => sorted[Math.Min((int)(part * sorted.Count), sorted.Count - 1)].Ticks / (double)TimeSpan.TicksPerMicrosecond;
        }
    }

    private static long Median(IEnumerable<Call> calls)
    {
        var sorted = calls.Select(call => call.Ticks).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>One call of Protect.</summary>
    /// <param name="Ticks">How long it took, in 100 ns.</param>
    /// <param name="Sequence">The message's place in its session.</param>
    /// <param name="Waited">Whether there was no session at once.</param>
    private readonly record struct Call(long Ticks, uint Sequence, bool Waited);
}
