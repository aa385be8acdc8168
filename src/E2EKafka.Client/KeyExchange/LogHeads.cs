using System.Globalization;

namespace E2EKafka.KeyExchange;

/// <summary>Where each partition starts, and which topic it is one of, as far as Kafka has said: what stood there before is gone.</summary>
/// <param name="keep">Keeps a value under a name.</param>
internal sealed class LogHeads(Action<string, string> keep)
{
    private readonly Dictionary<string, string> _known = [];

    /// <summary>Takes what an earlier life of this process kept.</summary>
    public void Recall(string name, string kept) => _known[name] = kept;

    /// <summary>Kafka says where a partition starts.</summary>
    /// <returns>Whether records were cut off since it said so last.</returns>
    public bool IsRaised(ControlPartition partition, long start)
    {
        var name = Checkpoint.StartOf(partition);
        var before = long.TryParse(_known.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var known) ? known : 0;
        Know(name, start.ToString(CultureInfo.InvariantCulture));
        return start > before;
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
                recreated.Add(topic);
            Know(name, id);
        }

        return recreated;
    }

    private void Know(string name, string value)
    {
        if (_known.GetValueOrDefault(name) == value)
            return;

        _known[name] = value;
        keep(name, value);
    }
}
