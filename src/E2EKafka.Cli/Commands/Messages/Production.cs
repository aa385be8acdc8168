using System.Buffers;
using System.IO.Pipelines;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Sends lines as messages, as fast as the library encrypts and Kafka takes them, in bounded memory.</summary>
internal sealed class Production(IProducer<byte[]?, byte[]> producer, string topic, byte[]? keySeparator, ProgressLine? progress)
{
    /// <summary>In bytes; far above what any broker takes by default.</summary>
    private const int MaxLine = 16 * 1024 * 1024;

    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private long _delivered;
    private long _failed;
    private string? _firstFailure;

    /// <summary>How many lines were given to the Kafka client.</summary>
    public long Sent { get; private set; }

    public long Delivered => Interlocked.Read(ref _delivered);

    public long Failed => Interlocked.Read(ref _failed);

    public string? FirstFailure => Volatile.Read(ref _firstFailure);

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

    private void Send(in ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray();
        var message = keySeparator is null ? new Message<byte[]?, byte[]> { Value = bytes } : Split(bytes);
        while (true)
        {
            try
            {
                producer.Produce(topic, message, Delivery);
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

    private void Delivery(DeliveryReport<byte[]?, byte[]> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.CompareExchange(ref _firstFailure, report.Error.Reason, null);
            Interlocked.Increment(ref _failed);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
        }
    }
}
