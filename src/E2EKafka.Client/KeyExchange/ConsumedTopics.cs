using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The topics that this member consumes, and those of them that its key package has room for.</summary>
internal sealed class ConsumedTopics
{
    private readonly HashSet<string> _all = [];
    private readonly List<string> _inPackage = [];
    private int _size;

    public IReadOnlyCollection<string> All => _all;

    /// <summary>Those that are sealed to: the first ones, as many as readers of a key package take.</summary>
    public IReadOnlyCollection<string> InPackage => _inPackage;

    /// <returns>Whether it is new and has no room in the key package.</returns>
    public bool IsRefused(string topic)
    {
        if (!_all.Add(topic))
            return false;
        if (_inPackage.Count == KeyPackage.MaxTopics || _size + KeyPackage.SizeOf(topic) > KeyPackage.MaxTopicsSize)
            return true;

        _inPackage.Add(topic);
        _size += KeyPackage.SizeOf(topic);
        return false;
    }

    public bool Contains(string topic) => _all.Contains(topic);

    /// <summary>Whether keys of a topic cannot come, because the key package has no room for it.</summary>
    public bool HasNoRoomFor(string topic) => _all.Count > _inPackage.Count && _all.Contains(topic) && !_inPackage.Contains(topic);

    public void Clear()
    {
        _all.Clear();
        _inPackage.Clear();
        _size = 0;
    }
}
