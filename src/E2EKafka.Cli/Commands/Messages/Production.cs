using System.Buffers;
using System.IO.Pipelines;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Sends lines as messages, as fast as the library encrypts and Kafka takes them, in bounded memory.</summary>
/// <param name="producer">The Kafka client.</param>
/// <param name="topic">Where to send.</param>
/// <param name="keySeparator">What stands between key and message in a line, if a line has a key.</param>
/// <param name="progress">Where to show how far it is, if anywhere.</param>
/// <param name="limits">Says what is wrong with a message that is too large.</param>
internal sealed class Production(
    IProducer<byte[]?, byte[]> producer, string topic, byte[]? keySeparator, ProgressLine? progress, SizeLimits limits)
{
    /// <summary>In bytes; far above what any broker takes by default.</summary>
    private const int MaxLine = 16 * 1024 * 1024;

    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private long _delivered;
    private long _failed;
    private Failure? _firstFailure;
    private Failure? _largest;

    /// <summary>How many lines were given to the Kafka client.</summary>
    public long Sent { get; private set; }

    public long Delivered => Interlocked.Read(ref _delivered);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Which line Kafka did not take first, and why. Asks Kafka for more where that helps.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure) is not { } first ? null
        : first.Error.Code == ErrorCode.MsgSizeTooLarge && Volatile.Read(ref _largest) is { } largest
            ? $"line {largest.Line}, and what was in one batch with it: {limits.TooLarge(largest.Size).TrimEnd('.')}"
        : $"line {first.Line}: {first.Error.Reason.TrimEnd('.')}";

    /// <summary>Reads to the end of the input, or until that is cancelled.</summary>
    /// <exception cref="CliException">A line cannot be sent.</exception>
    public async Task RunAsync(Stream input, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        while (true)
        {
            ReadResult read;
            try
            {
                // A terminal's read cannot be cancelled: it is left to itself.
                read = await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var rest = SendLines(read.Buffer);
            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                    Send(rest);
                return;
            }

            if (rest.Length > MaxLine)
                throw new CliException($"Line {Sent + 1} is longer than {MaxLine} bytes: store large content elsewhere and send a reference.");
            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>Waits until Kafka has taken or refused everything.</summary>
    public void Finish()
    {
        while (producer.Flush(Glance) > 0)
            progress?.Show(Sent, Delivered);
        progress?.Clear();
    }

    private ReadOnlySequence<byte> SendLines(ReadOnlySequence<byte> buffer)
    {
        var lines = new SequenceReader<byte>(buffer);
        while (lines.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            Send(line);
            progress?.Show(Sent, Delivered);
        }

        return lines.UnreadSequence;
    }

    private void Send(in ReadOnlySequence<byte> content)
    {
        var bytes = content.ToArray();
        var message = keySeparator is null ? new Message<byte[]?, byte[]> { Value = bytes } : Split(bytes);
        while (true)
        {
            try
            {
                var (line, size) = (Sent + 1, message.Value.Length);
                producer.Produce(topic, message, report => Delivery(report, line, size));
                Sent++;
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                // Until some are delivered.
                producer.Poll(Glance);
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.InnerException is EndToEndKafkaException refused)
            {
                throw new CliException($"Line {Sent + 1} was not sent, nor any after it: {refused.Message}", refused);
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
            {
                throw new CliException($"Line {Sent + 1} was not sent, nor any after it: {limits.TooLarge(message.Value.Length)}", e);
            }
            catch (ProduceException<byte[]?, byte[]> e)
            {
                throw new CliException($"Line {Sent + 1} was not sent, nor any after it: {e.Error.Reason}. Correct the line, or the topic's limits.", e);
            }
        }
    }

    private Message<byte[]?, byte[]> Split(byte[] line)
    {
        var end = line.AsSpan().IndexOf(keySeparator);
        return end >= 0
            ? new Message<byte[]?, byte[]> { Key = line[..end], Value = line[(end + keySeparator!.Length)..] }
            : throw new CliException($"Line {Sent + 1} has no key separator, and was not sent, nor any after it: correct the line, or leave --key-separator out.");
    }

    private void Delivery(DeliveryReport<byte[]?, byte[]> report, long line, int size)
    {
        if (report.Error.IsError)
        {
            // A batch is refused as a whole. Only its largest message can be the cause.
            var failure = new Failure(line, size, report.Error);
            Interlocked.CompareExchange(ref _firstFailure, failure, null);
            if (report.Error.Code == ErrorCode.MsgSizeTooLarge && !(size <= Volatile.Read(ref _largest)?.Size))
                Volatile.Write(ref _largest, failure);
            Interlocked.Increment(ref _failed);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
        }
    }

    private sealed record Failure(long Line, int Size, Error Error);
}
