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
        Values = _random.Next(3) == 0 ? [_random.Pick(World.Roles)] : World.Roles,
    };

    private PolicyRule RandomRule() => new()
    {
        Topics = [_random.Next(3) == 0 ? _random.Pick(World.Topics) : "*"],
        Attributes = _random.Next(3) == 0
            ? new Dictionary<string, IReadOnlyList<string>> { ["role"] = [_random.Pick(World.Roles)] }
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
        switch (_random.Next(7))
        {
            case 0:
                _world.Authority.Stop();
                break;
            case 1:
                _world.Authority.Start();
                break;
            case 2:
                _world.Authority.Backup();
                break;
            case 3:
                Note("the authority is restored from its backup");
                _world.Authority.RestoreFromBackup();
                break;
            case 4 when _world.Authority.TryOutdatedBackup():
                Note("the authority's owner tries a backup with replaced keys");
                break;
            case 5:
                _world.Authority.IsDiskFull = !_world.Authority.IsDiskFull;
                Note($"the disk of the authority is {(_world.Authority.IsDiskFull ? "full" : "not full any more")}");
                break;
            default:
                RotateAuthority();
                break;
        }
    }

    private void RotateAuthority()
    {
        Note("the authority replaces its keys");
        var before = _world.Authority.RotateKeys();
        if (before is null || _world.Members.Exists(member => member.WasDeceived))
            return;

        // Its last record is the document that puts the key in force.
        var log = _world.Log[ControlPartition.Authority];
        _world.AuthorityThief ??= new AuthorityThief(_world, before, new StolenSignature(log.End - 1, log.Life), _random);
    }
}
