using System.Text;
using Confluent.Kafka;
using NSubstitute;

namespace E2EKafka.Cli.Tests;

/// <summary>What a large file takes of memory, with a Kafka client whose queue is small.</summary>
public class ProductionTests
{
    private const int QueueSize = 50;
    private const int Lines = 20_000;

    private static SizeLimits Limits { get; } = new("topic", overhead: 102, () => 10_000);

    [Test]
    public async Task No_more_is_read_than_is_sent_and_no_more_is_sent_than_the_queue_takes()
    {
        var queue = new Queue<(Message<byte[]?, byte[]> Message, Action<DeliveryReport<byte[]?, byte[]>> Delivered)>();
        var sent = 0;
        var producer = Substitute.For<IProducer<byte[]?, byte[]>>();
        producer.When(client => client.Produce(Arg.Any<string>(), Arg.Any<Message<byte[]?, byte[]>>(), Arg.Any<Action<DeliveryReport<byte[]?, byte[]>>>()))
            .Do(call =>
            {
                if (queue.Count == QueueSize)
                    throw new ProduceException<byte[]?, byte[]>(new Error(ErrorCode.Local_QueueFull), new DeliveryResult<byte[]?, byte[]>());
                queue.Enqueue((call.Arg<Message<byte[]?, byte[]>>(), call.Arg<Action<DeliveryReport<byte[]?, byte[]>>>()));
                sent++;
            });
        var received = new List<string>();
        producer.Poll(Arg.Any<TimeSpan>()).Returns(_ => Deliver(QueueSize / 2));
        producer.Flush(Arg.Any<TimeSpan>()).Returns(_ =>
        {
            Deliver(queue.Count);
            return 0;
        });
        using var input = new LazyLines(Lines);
        var mostAhead = 0;
        input.Read += read => mostAhead = Math.Max(mostAhead, read - sent);
        var production = new Production(producer, "topic", keySeparator: null, progress: null, Limits);

        await production.RunAsync(input, CancellationToken.None);
        production.Finish();

        Assert.Multiple(() =>
        {
            Assert.That(received, Is.EqualTo(Enumerable.Range(0, Lines).Select(LazyLines.Line)));
            Assert.That((production.Sent, production.Delivered, production.Failed), Is.EqualTo((Lines, Lines, 0)));
            Assert.That(mostAhead, Is.LessThan(2 * LazyLines.Most), "lines read and not sent");
        });

        int Deliver(int count)
        {
            for (var i = 0; i < count && queue.TryDequeue(out var next); i++)
            {
                received.Add(Encoding.UTF8.GetString(next.Message.Value));
                next.Delivered(new DeliveryReport<byte[]?, byte[]> { Error = new Error(ErrorCode.NoError) });
            }

            return count;
        }
    }

    [Test]
    public async Task What_kafka_did_not_take_is_counted_with_the_first_reason()
    {
        var producer = Substitute.For<IProducer<byte[]?, byte[]>>();
        var number = 0;
        producer.When(client => client.Produce(Arg.Any<string>(), Arg.Any<Message<byte[]?, byte[]>>(), Arg.Any<Action<DeliveryReport<byte[]?, byte[]>>>()))
            .Do(call => call.Arg<Action<DeliveryReport<byte[]?, byte[]>>>()(new DeliveryReport<byte[]?, byte[]>
            {
                Error = ++number switch
                {
                    2 => new Error(ErrorCode.Local_MsgTimedOut, "first reason"),
                    3 => new Error(ErrorCode.Local_MsgTimedOut, "second reason"),
                    _ => new Error(ErrorCode.NoError),
                },
            }));
        using var input = new LazyLines(4);
        var production = new Production(producer, "topic", keySeparator: null, progress: null, Limits);

        await production.RunAsync(input, CancellationToken.None);

        Assert.That((production.Delivered, production.Failed, production.FirstFailure), Is.EqualTo((2, 2, "line 2: first reason")));
    }

    [Test]
    public async Task A_message_too_large_for_the_broker_is_told_with_what_encryption_adds_and_the_limits()
    {
        var producer = Substitute.For<IProducer<byte[]?, byte[]>>();
        producer.When(client => client.Produce(Arg.Any<string>(), Arg.Any<Message<byte[]?, byte[]>>(), Arg.Any<Action<DeliveryReport<byte[]?, byte[]>>>()))
            .Do(call => call.Arg<Action<DeliveryReport<byte[]?, byte[]>>>()(new DeliveryReport<byte[]?, byte[]> { Error = new Error(ErrorCode.MsgSizeTooLarge) }));
        using var input = new MemoryStream(Encoding.ASCII.GetBytes($"small\n{new string('x', 9_900)}\n"));
        var production = new Production(producer, "topic", keySeparator: null, progress: null, Limits);

        await production.RunAsync(input, CancellationToken.None);

        Assert.That(production.FirstFailure, Does.StartWith("line 2, and what was in one batch with it: a message of 9900 bytes is too large for 'topic'. Encryption adds 102 bytes, which makes 10002;")
            .And.Contain("1000000 for this tool's Kafka client (message.max.bytes) and 10000 for the topic (max.message.bytes)"));
    }

    [Test]
    public void A_message_too_large_for_the_client_is_told_in_the_same_way()
    {
        var producer = Substitute.For<IProducer<byte[]?, byte[]>>();
        producer.When(client => client.Produce(Arg.Any<string>(), Arg.Any<Message<byte[]?, byte[]>>(), Arg.Any<Action<DeliveryReport<byte[]?, byte[]>>>()))
            .Do(_ => throw new ProduceException<byte[]?, byte[]>(new Error(ErrorCode.MsgSizeTooLarge), new DeliveryResult<byte[]?, byte[]>()));
        using var input = new MemoryStream("12345\n"u8.ToArray());
        var production = new Production(producer, "topic", keySeparator: null, progress: null, new SizeLimits("topic", overhead: 38, () => null));

        Assert.That(
            () => production.RunAsync(input, CancellationToken.None),
            Throws.TypeOf<CliException>().With.Message.StartsWith("Line 1 was not sent, nor any after it: a message of 5 bytes is too large for 'topic'. Encryption adds 38 bytes")
                .And.Message.Contains("DescribeConfigs on the topic"));
    }

    [Test]
    public async Task An_interrupted_input_ends_without_another_line()
    {
        var producer = Substitute.For<IProducer<byte[]?, byte[]>>();
        using var interrupt = new CancellationTokenSource();
        var production = new Production(producer, "topic", keySeparator: null, progress: null, Limits);

        // A terminal without input: its read never ends.
        using var input = new SilentInput();
        var run = production.RunAsync(input, interrupt.Token);
        await interrupt.CancelAsync();
        await run;

        Assert.That(production.Sent, Is.Zero);
    }

    /// <summary>Lines that are made when they are read.</summary>
    private sealed class LazyLines(int count) : MemoryStream
    {
        /// <summary>How many lines fit into the largest read, at most: 64 KiB of 8 bytes.</summary>
        public const int Most = 8 * 1024;

        private int _next;

        public new event Action<int>? Read;

        public static string Line(int number) => $"line {number}";

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var written = 0;
            while (_next < count)
            {
                var line = Encoding.UTF8.GetBytes(Line(_next) + "\n");
                if (written + line.Length > buffer.Length)
                    break;
                line.CopyTo(buffer[written..]);
                written += line.Length;
                _next++;
            }

            Read?.Invoke(_next);
            return ValueTask.FromResult(written);
        }
    }

    private sealed class SilentInput : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }
}
