namespace E2EKafka.KeyExchange;

/// <summary>
/// Topics that this member does not consume at the moment and is granted keys of: it consumed them before. Their announcements are
/// read, so that a grant can be judged when it comes, and its position never passes it unjudged. Bounded.
/// </summary>
internal sealed class GrantedTopics(Member member)
{
    private const int Max = 1_000;

    private readonly LinkedList<string> _topics = new();

    public IEnumerable<string> All => _topics;

    /// <summary>A current member has granted a key of a topic.</summary>
    public void Add(string topic)
    {
        if (_topics.Contains(topic))
            return;

        _topics.AddLast(topic);
        member.Checkpoint.Keep(Checkpoint.GrantedTopicOf(topic), topic);
        if (_topics.Count <= Max)
            return;

        member.Checkpoint.Forget(Checkpoint.GrantedTopicOf(_topics.First!.Value));
        _topics.RemoveFirst();
    }

    /// <summary>Takes what an earlier life of this process kept.</summary>
    public void Recall(string topic) => _topics.AddLast(topic);
}
