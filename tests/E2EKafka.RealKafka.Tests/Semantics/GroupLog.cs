using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>What all consumers of a group have handled, and whether a record was skipped.</summary>
internal sealed class GroupLog(int partitions, int messages)
{
    private readonly List<string> _faults = [];
    private readonly Lock _lock = new();
    private readonly int[] _next = new int[partitions];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _handled;

    /// <summary>How many records were handled, repeated ones included.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public void Add(ConsumeResult<string, Verified<string>> record)
    {
        lock (_lock)
        {
            _handled++;
            ref var next = ref _next[record.Partition.Value];
            var value = record.Message.Value;
            if (!value.IsVerified)
                _faults.Add($"{record.TopicPartitionOffset}: {value}");

            // A record may come twice after a change of hands, but never one before its predecessor.
            else if (record.Offset.Value > next || value.Value != $"{record.Offset.Value}")
                _faults.Add($"{record.TopicPartitionOffset} came with '{value.Value}', and {next} was next.");
            else if (record.Offset.Value == next)
                next++;
            if (_faults.Count > 0 || _next.All(done => done == messages))
                _complete.TrySetResult();
        }
    }

    /// <summary>Waits until all records are handled, each after its predecessor.</summary>
    public async Task CompleteAsync()
    {
        await Task.WhenAny(_complete.Task, Task.Delay(ProjectOnKafka.Patience + ProjectOnKafka.Patience));
        lock (_lock)
        {
            Assert.That(_faults, Is.Empty);
            Assert.That(_next, Is.All.EqualTo(messages), "records of each partition");
        }
    }

    /// <summary>Waits until so many records are handled.</summary>
    public Task HandledAsync(int count) => ApplicationClients.EventuallyAsync($"{count} records are handled", () => Task.FromResult(Handled >= count));
}
