using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Reads and prints until the asked number is reached, nothing comes any more, or the user stops it.</summary>
internal sealed class Consumption(long maxMessages, TimeSpan? timeout, ReceivingDeserializer received, Refusals refusals, Action<string> say, TimeProvider time)
{
    /// <summary>How often a wait looks up to see whether it is to end.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <summary>How long it may take to join the group, besides the silence that ends it all: a member that was killed holds it up for its session timeout.</summary>
    private static readonly TimeSpan JoiningTime = TimeSpan.FromSeconds(60);

    /// <summary>How many messages are printed at most before they are flushed and counted as read.</summary>
    private const int MaxUnflushed = 10_000;

    /// <summary>Keys usually come within a second. After that the user is told what the command waits for.</summary>
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(3);

    private readonly Dictionary<TopicPartition, Offset> _read = [];
    private string? _toldWaiting;
    private bool _isAssigned;

    public Refusals Refusals { get; } = refusals;

    /// <summary>How many messages were printed.</summary>
    public long Count { get; private set; }

    /// <summary>Whether it ended because nothing came any more.</summary>
    public bool TimedOut { get; private set; }

    public void Run(IConsumer<byte[]?, ReceivedValue> consumer, MessageWriter writer, CancellationToken cancellationToken)
    {
        var lastAt = time.GetTimestamp();
        while (Count < maxMessages && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                var result = consumer.ConsumeDecrypted(TimeSpan.Zero, storeOffsets: false);
                if (result is null)
                {
                    // Nothing is waiting: what was written must not wait either.
                    Flush(consumer, writer);
                    result = consumer.ConsumeDecrypted(Glance, storeOffsets: false);
                }

                if (result is not null)
                {
                    Take(result, writer);
                    lastAt = time.GetTimestamp();
                    if (Count % MaxUnflushed == 0)
                        Flush(consumer, writer);
                    continue;
                }
            }
            catch (ConsumeException e) when (e.GetOpenFailure() is { } failure)
            {
                // The key's deserializer can only throw.
                if (TakeRefusal(failure) && e.ConsumerRecord is { } record)
                    _read[record.TopicPartition] = record.Offset + 1;
                lastAt = time.GetTimestamp();
                continue;
            }

            // Joining the group is no silence of the topic's.
            if (!_isAssigned && consumer.Assignment.Count > 0)
            {
                _isAssigned = true;
                lastAt = time.GetTimestamp();
            }

            var silence = time.GetElapsedTime(lastAt);
            TimedOut = silence >= timeout + (_isAssigned ? TimeSpan.Zero : JoiningTime);
            if (TimedOut || silence >= UsualWait)
                TellWaiting();
            if (TimedOut)
                break;
        }

        Flush(consumer, writer);
    }

    private void TellWaiting()
    {
        if (received.Waiting is not { } waiting || waiting.Failure!.Message == _toldWaiting)
            return;

        _toldWaiting = waiting.Failure.Message;
        say($"Waiting ({waiting.Failure.Reason}): {waiting.Failure.Message}{(waiting.Failure.Producer.Length == 0 ? "" : $" Producer {waiting.Failure.Producer}.")}");
    }

    private void Take(ConsumeResult<byte[]?, ReceivedValue> result, MessageWriter writer)
    {
        var value = result.Message.Value;
        if (value.Failure is { } failure)
        {
            if (!TakeRefusal(failure))
                return;
        }
        else
        {
            writer.Write(result);
            Count++;
        }

        _read[result.TopicPartition] = result.Offset + 1;
    }

    // A member that was removed opens nothing. That says nothing about the message, which stays for the next consumer of the group.
    private bool TakeRefusal(OpenFailure failure)
    {
        if (MemberEnd.IsFinal(failure.Reason))
            return false;

        Refusals.Add(failure);
        return true;
    }

    // Committed is what was written, and not what was read: a message must not be lost between the two.
    private void Flush(IConsumer<byte[]?, ReceivedValue> consumer, MessageWriter writer)
    {
        writer.Flush();
        foreach (var (partition, offset) in _read)
        {
            try
            {
                consumer.StoreOffset(new TopicPartitionOffset(partition, offset));
            }
            catch (KafkaException)
            {
                // The partition went to another consumer, which reads this again.
            }
        }

        _read.Clear();
    }
}
