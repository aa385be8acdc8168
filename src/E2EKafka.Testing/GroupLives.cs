namespace E2EKafka;

/// <summary>
/// Gives a consumer group another name on the mock cluster after its last member has gone. The mock cluster has a group without members wait
/// for the session timeout of the last one before it admits another; a group that it does not know admits the first at once. Offsets stay under
/// the group's own name. For many threads.
/// </summary>
/// <param name="setCoordinator">Has a broker, by its id, coordinate a group of the mock cluster.</param>
internal sealed class GroupLives(Action<string, int> setCoordinator)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>A connection speaks for a member of a group.</summary>
    /// <returns>The group's name on the mock cluster.</returns>
    public string Join(string group, object connection, int broker)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var found))
                _groups[group] = found = new Group();
            if (found.Connections.Count == 0)
                setCoordinator(NameOf(group, ++found.Life), broker);
            found.Connections.Add(connection);
            return NameOf(group, found.Life);
        }
    }

    /// <summary>The member that a connection speaks for leaves a group.</summary>
    /// <returns>The group's name on the mock cluster.</returns>
    public string Leave(string group, object connection)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var found))
                return group;

            found.Connections.Remove(connection);
            return NameOf(group, found.Life);
        }
    }

    /// <summary>A connection is closed. Kafka waits for a member to come back; a test need not.</summary>
    public void Closed(object connection)
    {
        lock (_lock)
        {
            foreach (var group in _groups.Values)
                group.Connections.Remove(connection);
        }
    }

    // No name of a group of the application's: those have no control characters.
    private static string NameOf(string group, int life) => $"{group}\u0001{life}";

    private sealed class Group
    {
        public HashSet<object> Connections { get; } = [];

        public int Life { get; set; }
    }
}
