using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>From where the next process reads each partition.</summary>
internal sealed class CheckpointPositions(Member member, ControlInbox inbox)
{
    private readonly Dictionary<ControlPartition, long> _kept = [];
    private readonly Queue<(DateTimeOffset At, long Offset)> _requests = new();

    /// <summary>Keeps the positions that have changed. They are written with the next checkpoint.</summary>
    public void Keep()
    {
        foreach (var (partition, offset) in PositionsToKeep().Where(pair => _kept.GetValueOrDefault(pair.Key) != pair.Value).ToList())
        {
            _kept[partition] = offset;
            member.Checkpoint.Keep(partition, offset);
        }
    }

    // An attempt at a request counts by the one before it. So the requests of the last minutes are read again after a restart.
    private IEnumerable<KeyValuePair<ControlPartition, long>> PositionsToKeep()
    {
        foreach (var pair in inbox.JudgedPositions)
        {
            if (pair.Key != ControlPartition.Requests)
            {
                yield return pair;
                continue;
            }

            if (_requests.Count == 0 || member.Steady.Now >= _requests.Last().At + TimeSpan.FromMinutes(1))
                _requests.Enqueue((member.Steady.Now, pair.Value));
            while (_requests.Count > 1 && _requests.ElementAt(1).At <= member.Steady.Now - KeyRequest.Memory)
                _requests.Dequeue();
            if (_requests.Peek() is var (at, offset) && at <= member.Steady.Now - KeyRequest.Memory)
                yield return KeyValuePair.Create(pair.Key, offset);
        }
    }
}
