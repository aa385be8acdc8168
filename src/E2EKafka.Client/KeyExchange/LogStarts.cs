using System.Globalization;

namespace E2EKafka.KeyExchange;

/// <summary>Where each partition starts, and which topic it is one of, as far as Kafka has said: what stood there before is gone.</summary>
/// <param name="clock">The clock.</param>
/// <param name="keep">Keeps a value under a name.</param>
internal sealed class LogStarts(SteadyClock clock, Action<string, string> keep)
{
    /// <summary>How often one partition, or topic, is taken to have lost records, at once and in an hour. A broker may say so all the time, and what is lost is published again.</summary>
    private const int MaxLosses = 3;

    private readonly Dictionary<string, string> _known = [];
    private readonly HashSet<string> _unkept = [];
    private readonly Dictionary<string, TokenBucket> _losses = [];

    /// <summary>Takes what an earlier life of this process kept.</summary>
    public void Recall(string name, string kept) => _known[name] = kept;

    /// <summary>Kafka says where a partition starts.</summary>
    /// <returns>Whether records were cut off since it said so last.</returns>
    public bool IsRaised(ControlPartition partition, long start)
    {
        var name = Checkpoint.StartOf(partition);
        var before = long.TryParse(_known.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var known) ? known : 0;
        var isRaised = start > before;

        // Kafka says it again within a minute.
        if (isRaised && !MayLose(name))
            return false;

        Know(name, start.ToString(CultureInfo.InvariantCulture));
        return isRaised;
    }

    /// <summary>Kafka shows the control topics.</summary>
    /// <returns>The topics that are not those that it showed before: they were created again.</returns>
    public IReadOnlyList<ControlTopicKind> FindRecreated(ControlTopicFacts facts, Records.ControlTopicLayout layout)
    {
        List<ControlTopicKind> recreated = [];
        foreach (var topic in Enum.GetValues<ControlTopicKind>())
        {
            if (facts.Topics.GetValueOrDefault(new ControlPartition(topic, 0).NameIn(layout))?.Id is not { } id)
                continue;

            var name = Checkpoint.TopicIdOf(topic);
            if (_known.TryGetValue(name, out var before) && before != id)
            {
                if (!MayLose(name))
                    continue;
                recreated.Add(topic);
            }

            Know(name, id);
        }

        return recreated;
    }

    /// <summary>Keeps what was found. To be called when all that was lost is published again: a process that ends before that must find the loss again.</summary>
    public void Keep()
    {
        foreach (var name in _unkept)
            keep(name, _known[name]);
        _unkept.Clear();
    }

    private bool MayLose(string name)
    {
        if (!_losses.TryGetValue(name, out var budget))
            _losses[name] = budget = new TokenBucket(clock, MaxLosses, perHour: MaxLosses);
        return budget.TryTake();
    }

    private void Know(string name, string value)
    {
        if (_known.GetValueOrDefault(name) == value)
            return;

        _known[name] = value;
        _unkept.Add(name);
    }
}
