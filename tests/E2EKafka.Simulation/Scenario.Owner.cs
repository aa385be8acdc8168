namespace E2EKafka.Simulation;

/// <content>What the project's owner does, and what happens to the authority.</content>
internal sealed partial class Scenario
{
    private void ChangePolicy()
    {
        var policy = RandomPolicy();
        _world.Authority.SetPolicy(policy);
        Note($"policy version {_world.Authority.Document.Version}: produce [{string.Join(' ', policy.Produce.SelectMany(rule => rule.Attributes.Values.SelectMany(values => values)))}], consume [{string.Join(' ', policy.Consume.SelectMany(rule => rule.Attributes.Values.SelectMany(values => values)))}], {string.Join(' ', policy.Topics.Select(topic => $"{topic.Topic}:{topic.Authentication}:{topic.History}"))}");
    }

    private Policy RandomPolicy() => new()
    {
        Produce = [RandomRule()],
        Consume = [RandomRule()],
        Topics = RandomTopics(),
    };

    // A key's retention stays what it is: what was destroyed does not come back when retention grows.
    private List<TopicRequirements> RandomTopics() =>
    [
        .. from topic in World.Topics
           let mode = _random.Pick(Modes)
           select new TopicRequirements
        {
            Topic = topic,
            Authentication = mode,
            ReaderGroups = mode == MessageAuthentication.Mac ? RandomGroups() : null,
            History = _random.Next(4) > 0 ? HistoryAccess.All : HistoryAccess.SinceEnrollment,
            KeyRetention = _retentions[topic],
        },
    ];

    private ReaderGroups RandomGroups() => new()
    {
        Attribute = "role",
        Values = _random.Next(3) == 0 ? [_random.Pick(Roles)] : Roles,
    };

    private PolicyRule RandomRule() => new()
    {
        Topics = [_random.Next(3) == 0 ? _random.Pick(World.Topics) : "*"],
        Attributes = _random.Next(3) == 0
            ? new Dictionary<string, IReadOnlyList<string>> { ["role"] = [_random.Pick(Roles)] }
            : new Dictionary<string, IReadOnlyList<string>>(),
    };

    private void Remove()
    {
        var kind = _random.Next(2) == 0 ? RevocationKind.Departed : RevocationKind.Compromised;
        if (_world.Insider is { } insider && _random.Next(2) == 0)
        {
            Note($"the insider is removed as {kind}");
            _world.Authority.Revoke(insider.Identifier, kind);
            Send(insider); // as if nothing had happened
        }
        else if (_world.Members.Count >= 3 && AnyMember() is { } member)
        {
            Note($"{member} is removed as {kind}");
            _world.Authority.Revoke(member.Identifier, kind);
        }
    }

    private void DisturbAuthority()
    {
        switch (_random.Next(5))
        {
            case 0:
                _world.Authority.Stop();
                break;
            case 4:
                Note("the authority replaces its keys");
                _world.Authority.RotateKeys();
                break;
            case 1:
                _world.Authority.Start();
                break;
            case 2:
                _world.Authority.Backup();
                break;
            default:
                _world.Authority.RestoreFromBackup();
                break;
        }
    }
}
