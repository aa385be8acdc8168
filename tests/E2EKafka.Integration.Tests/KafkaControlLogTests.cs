using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Integration.Tests;

/// <summary>The control topics as the engine sees them.</summary>
[TestFixture]
public class KafkaControlLogTests
{
    [Test]
    public async Task A_partition_that_is_to_be_read_again_is_told_apart_from_what_was_read_before([Values] bool wasAway)
    {
        await using var project = TestProjectOnKafka.Create();
        Write(0, 5);
        var sink = new Sink();
        await using var log = new KafkaControlLog(
            new KafkaAccess(project.ClientSettings), project.Authority.Project, "test", [ControlTopicKind.Members], createTopics: false, TimeSpan.FromMinutes(1), sink, new UnfailingLog(NullLogger.Instance));
        log.Read(ControlPartition.Members, 0);
        log.Start();
        Assert.That(sink.Take(6), Is.EqualTo((string[])["0", "1", "2", "3", "4", "end 5"]));

        if (wasAway)
            project.Cluster.StopBroker(1);
        log.ReadAgain(ControlPartition.Members, 2);
        if (wasAway)
            project.Cluster.StartBroker(1);
        Assert.That(sink.Take(5), Is.EqualTo((string[])["again", "2", "3", "4", "end 5"]));

        Write(5, 7);
        Assert.That(sink.Take(2), Is.EqualTo((string[])["5", "6"]));

        void Write(int from, int to)
        {
            using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = project.Cluster.BootstrapServers, LingerMs = 100 }).Build();
            for (var i = from; i < to; i++)
                producer.Produce(new TopicPartition(project.Authority.Project.Control.Members, 0), new Message<Null, byte[]> { Value = [(byte)i] });
            producer.Flush(TestProjectOnKafka.Patience);
        }
    }

    [Test]
    public async Task A_partition_that_is_to_be_read_again_before_it_is_read_keeps_no_other_from_being_read()
    {
        await using var project = TestProjectOnKafka.Create();
        var sink = new Sink();
        await using var log = new KafkaControlLog(
            new KafkaAccess(project.ClientSettings), project.Authority.Project, "test", [ControlTopicKind.Members], createTopics: false, TimeSpan.FromMinutes(1), sink, new UnfailingLog(NullLogger.Instance));
        log.Read(ControlPartition.Members, 0);
        log.ReadAgain(ControlPartition.Requests, 0);
        Assert.That(sink.Take(1), Is.EqualTo((string[])["again"]));
        log.Start();
        Assert.That(sink.Take(1), Is.EqualTo((string[])["end 0"]));

        log.ReadAgain(ControlPartition.Requests, 0);
        Assert.That(sink.Take(1), Is.EqualTo((string[])["again"]));
        log.Publish(new Publication(ControlPartition.Members, ["read"], _ => { }));
        Assert.That(sink.Take(1), Is.EqualTo((string[])["0"]));
    }

    [Test]
    public async Task A_producer_that_cannot_go_on_is_replaced()
    {
        await using var project = TestProjectOnKafka.Create();
        var sink = new Sink();
        await using var log = new KafkaControlLog(
            new KafkaAccess(project.ClientSettings), project.Authority.Project, "test", [ControlTopicKind.Members], createTopics: false, TimeSpan.FromMinutes(1), sink, new UnfailingLog(NullLogger.Instance));
        log.Read(ControlPartition.Members, 0);
        log.Start();
        Assert.That(sink.Take(1), Is.EqualTo((string[])["end 0"]));

        // As of a topic that was rolled back to a snapshot under a producer.
        project.Cluster.FailRequests(KafkaRequest.Produce, ErrorCode.OutOfOrderSequenceNumber);
        log.Publish(new Publication(ControlPartition.Members, ["first"], _ => { }));
        Assert.That(await sink.NextWrittenAsync(), Is.False);

        log.Publish(new Publication(ControlPartition.Members, ["second"], _ => { }));
        Assert.That(await sink.NextWrittenAsync(), Is.True);
    }

    private sealed class Sink : IControlLogSink
    {
        private readonly BlockingCollection<string> _events = [];
        private readonly System.Threading.Channels.Channel<bool> _written = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public Task<bool> NextWrittenAsync() => _written.Reader.ReadAsync().AsTask().WaitAsync(TestProjectOnKafka.Patience);

        public List<string> Take(int count)
        {
            List<string> taken = [];
            while (taken.Count < count && _events.TryTake(out var next, TestProjectOnKafka.Patience))
                taken.Add(next);
            return taken;
        }

        public void Received(ControlRecord record) => _events.Add($"{record.Offset}");

        public void ReadingAgain(ControlPartition partition, long from) => _events.Add("again");

        public void CaughtUp(ControlPartition partition, long offset) => _events.Add($"end {offset}");

        public void HighWatermarkFound(ControlPartition partition, long offset)
        {
        }

        public void LogStartFound(ControlPartition partition, long offset)
        {
        }

        public void LookFound(ControlPartition partition, long? end)
        {
        }

        public void Written(Publication publication, Acknowledgement acknowledgement) => _written.Writer.TryWrite(acknowledgement.IsDurable);

        public void Problem(MemberFailure? problem)
        {
        }

        public void TopicsFound(ControlTopicFacts facts)
        {
        }
    }
}
