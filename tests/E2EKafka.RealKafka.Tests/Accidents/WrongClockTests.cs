using System.Buffers.Text;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Members and an authority whose clock is not the broker's.</summary>
[TestFixture, Parallelizable(ParallelScope.All)]
public class WrongClockTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    [TestCase(-60)]
    [TestCase(9 * 24 * 60)]
    public async Task A_member_with_a_wrong_clock_says_so_reads_nothing_and_goes_on_when_it_is_right(int minutes)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        var clock = new SettableClock();
        await using var reader = await project.JoinAsync(options =>
        {
            options.Consume.Add(project.DataTopic);
            options.TimeProvider = clock;
        });
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await project.SendAsync(writer, "before");
        using var consumer = project.NewReader(reader);
        Assert.That(consumer.NextValues(1), Is.EqualTo(["before"]));

        clock.Ahead = TimeSpan.FromMinutes(minutes);
        await UntilAsync("the member says so", () => reader.NotReady?.Reason == FailureReason.ClockDisagrees);
        await project.SendAsync(writer, "during");
        var during = Task.Run(() => consumer.NextValues(1));
        var reason = reader.NotReady!.Message;

        clock.Ahead = TimeSpan.Zero;
        var repairedAt = TimeProvider.System.GetTimestamp();
        await UntilAsync("it is ready again", () => reader.IsReady);
        Assert.Multiple(() =>
        {
            Assert.That(TimeProvider.System.GetElapsedTime(repairedAt), Is.LessThan(Recovery));
            Assert.That(reason, Does.Match(minutes < 0 ? @"0\.(01:00:0|00:59:5)\d behind" : @"(9\.00:00:0|8\.23:59:5)\d ahead"));
        });
        Assert.That(await during.WaitAsync(ProjectOnKafka.Patience), Is.EqualTo(["during"]));
    }

    [Test]
    public async Task A_member_that_starts_with_a_wrong_clock_writes_nothing_but_probes()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        var clock = new SettableClock { Ahead = TimeSpan.FromHours(2) };
        var starting = project.JoinAsync(options =>
        {
            options.Consume.Add(project.DataTopic);
            options.TimeProvider = clock;
            options.StartupTimeout = TimeSpan.FromSeconds(20);
        });
        var refused = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => starting))!;
        var requests = RawKafka.Read(project.Kafka, project.Authority.Project.ControlTopics.Single(topic => topic.Name.EndsWith(".requests", StringComparison.Ordinal)).Name);

        Assert.Multiple(() =>
        {
            Assert.That(refused.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(requests, Is.Not.Empty);
            Assert.That(requests.Select(record => HeaderOf(record.Message.Value!)), Is.All.Contains("e2ekafka-clock-probe+jws"));
            Assert.That(requests.Select(record => record.Message.Timestamp.Type).Distinct(), Is.EqualTo(new[] { TimestampType.LogAppendTime }));
        });
    }

    [Test]
    public async Task An_authority_with_a_wrong_clock_does_not_serve_and_goes_on_when_it_is_right()
    {
        var clock = new SettableClock { Ahead = TimeSpan.FromHours(1) };
        await using var project = ProjectOnBroker.Create((await Brokers.SharedAsync()).BootstrapServers, configure: options =>
        {
            options.TimeProvider = clock;
            options.StartupTimeout = TimeSpan.FromSeconds(20);
        });
        await project.CreateTopicAsync(project.DataTopic, project.Partitions);
        var refused = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => project.Authority.StartAsync()))!;
        Assert.That(refused.Reason, Is.EqualTo(FailureReason.ClockDisagrees));

        clock.Ahead = TimeSpan.Zero;
        await UntilAsync("the authority serves", () => project.Authority.NotServing is null);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        Assert.That(reader.IsReady);
    }

    private static string HeaderOf(byte[] record) => Encoding.ASCII.GetString(Base64Url.DecodeFromChars(Encoding.ASCII.GetString(record).Split('.')[0]));

    private static async Task UntilAsync(string what, Func<bool> isSo)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(ProjectOnKafka.Patience), $"did not happen: {what}");
            await Task.Delay(100);
        }
    }

    // The real clocks, and the wall clock as wrong as it is set.
    private sealed class SettableClock : TimeProvider
    {
        private long _ahead;

        public TimeSpan Ahead
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
            set => Interlocked.Exchange(ref _ahead, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
