using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Integration.Tests;

/// <summary>What Kafka says of a record, and what the application's log does, ends no process, no loop and no callback: an exception there would end this test run.</summary>
[TestFixture]
public class HostileKafkaTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    [TestCase(long.MaxValue)]
    [TestCase(long.MaxValue / 1000)]
    [TestCase(253_402_300_800_000)]
    public async Task Control_records_with_timestamps_that_are_no_time_are_skipped_by_those_who_run_and_by_those_who_start(long milliseconds)
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var consumer = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var producer = await project.JoinAsync(options => options.Produce.Add(Topic));
        using (var hostile = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = project.Cluster.BootstrapServers, LingerMs = 0 }).Build())
        {
            foreach (var record in RawKafka.ReadAll(project.Kafka).Where(record => record.Topic != Topic).ToList())
            {
                foreach (var value in (byte[]?[])[record.Message.Value, null, []])
                {
                    hostile.Produce(record.TopicPartition, new Message<byte[]?, byte[]?>
                    {
                        Key = [0xFF, 0xC0],
                        Value = value,
                        Headers = new Headers { { "null", null }, { "huge", new byte[100_000] } },
                        Timestamp = new Timestamp(milliseconds, TimestampType.CreateTime),
                    });
                }
            }

            hostile.Flush(TestProjectOnKafka.Patience);
        }

        await project.SendAsync(producer, "after");
        await using var late = await project.JoinAsync(options => options.Consume.Add(Topic));
        await project.RestartAuthorityAsync();
        await using var later = await project.JoinAsync(options => options.Consume.Add(Topic));

        using var reader = project.NewReader(consumer);
        Assert.That(reader.Next().Value, Is.EqualTo("after"));
        foreach (var member in (EndToEndKafka[])[consumer, producer, late, later])
            Assert.That(member.IsReady, $"{member.NotReady}");
    }

    [Test]
    public async Task A_log_that_throws_ends_nothing()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var member = await EndToEndKafka.ConnectAsync(
            project.Options(project.Authority.CreateTicket(), options => project.KeepIn("member", options)), new ThrowingLog());
        project.Cluster.StopBroker(1);
        await member.DiscardSessionsAsync();
        project.Cluster.StartBroker(1);
        await member.RotateIdentityAsync();

        await project.SendAsync(member, "sent");
    }

    private sealed class ThrowingLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("scope");

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidOperationException("level");

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("log");

        public void Dispose()
        {
        }
    }
}
