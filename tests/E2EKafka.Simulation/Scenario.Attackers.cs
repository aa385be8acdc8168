namespace E2EKafka.Simulation;

/// <content>What attackers do.</content>
internal sealed partial class Scenario
{
    private readonly List<(string Identifier, string Role, SigningKey Key)> _stolenKeys = [];

    private void Attack()
    {
        switch (_random.Next(9))
        {
            case < 3: WritePoison(); break;
            case < 5: Betray(); break;
            case < 6: Steal(); break;
            case < 7: Lie(); break;
            case < 8: Cheat(); break;
            default: ActAsAuthority(); break;
        }
    }

    // What was seen on a topic comes back spoilt on all of them, with timestamps of a broker that is an enemy.
    private void WritePoison()
    {
        foreach (var partition in _world.Log.Partitions.ToList())
        {
            var from = _world.Log[_random.Pick(_world.Log.Partitions.ToList())].Where(entry => entry.Value.Length > 0).ToList();
            if (from.Count == 0)
                continue;

            var (value, kind) = Poison.Spoil(_random.Pick(from).Value, _random);
            Note($"poison in {partition}: {kind}");
            _world.Count($"poison: {kind}");
            _world.Log.AppendHostile(partition, Poison.Stamp(value, _world.Clock.GetUtcNow(), _random));
        }
    }

    // A member turns against the others, with its own keys.
    private void Betray()
    {
        var insider = Insider();
        if (_random.Next(2) == 0)
        {
            var announcing = _world.Members.Where(member => member.Outbox.Exists(publication => publication.Partition.Topic == ControlTopicKind.Sessions)).ToList();
            var isFirst = announcing.Count > 0 && insider.Overtake(_random.Pick(announcing), _random);
            if (!isFirst && !insider.Contradict(_random.Pick(World.Topics), _random))
                return;
            Note($"the insider announces another's session as its own{(isFirst ? ", first" : "")}");
            _world.Count(isFirst ? "another's session announced first" : "another's session announced");
            return;
        }

        Send(insider);
    }

    private void Send(Insider insider)
    {
        var topic = _random.Pick(World.Topics);
        var victim = _random.Next(3) == 0 ? AnyMember()?.Exchange.Credential : null;
        var wrongSecret = _random.Next(3) == 0;
        Note($"the insider sends to {topic}{(victim is null ? "" : $" as {victim.Subject}")}{(wrongSecret ? " and seals a wrong secret" : "")}");
        if (_world.Authority.Document.RevocationOf(insider.Identifier) is not null)
            _world.Count("a removed insider publishes on");
        if (insider.Send(topic, $"message {_contents++}", victim, wrongSecret, inOwnName: _random.Next(2) == 0) is { } message)
            _world.SentByInsider(message);
    }

    // A member's identity key that was replaced since is in a thief's hands.
    private void Steal()
    {
        var stolen = _stolenKeys.Where(stolen => _world.Notary.KeyOf(stolen.Identifier) != stolen.Key.Public.Thumbprint).ToList();
        if (stolen.Count == 0)
            return;

        var (identifier, role, key) = _random.Pick(stolen);
        Note($"a thief publishes as {identifier} with a key that was replaced");
        UseStolen(new Insider(_world, identifier, role, key, _world.Notary.ReplacementOf(identifier)));
        _world.Count("a member's replaced key used");
    }

    private void UseStolen(Insider thief)
    {
        thief.PublishPackage();
        if (thief.Send(_random.Pick(World.Topics), $"message {_contents++}", victim: null, wrongSecret: false) is { } message)
            _world.SentByInsider(message);
    }

    private void ActAsAuthority()
    {
        if (_world.AuthorityThief is not { } thief)
            return;

        Note($"a thief of the authority's replaced key publishes {thief.Act(_random)}");
        if (_random.Next(2) == 0)
            UseStolen(thief.Member);
        _world.Count("the authority's replaced key used");
    }

    private void Lie()
    {
        var given = Insider().Lie(_random);
        Note($"the insider gives rubbish to {given}");
        _world.Count("grants of rubbish", given);
    }

    // What is signed rightly, and of a form or size that it must not have; and a package, to be given keys.
    private void Cheat()
    {
        var insider = Insider();
        switch (_random.Next(3))
        {
            case 0:
                Note($"the insider is at a limit: {insider.PushLimit(_random)}");
                _world.Count("limits pushed");
                break;
            case 1:
                insider.PublishPackage();
                break;
            default:
                foreach (var partition in _world.Log.Partitions.ToList())
                {
                    if (_world.Log[partition] is { Count: > 0 } log)
                        insider.Resign(partition, _random.Pick(log).Value, _random);
                }

                _world.Count("payloads changed and signed");
                break;
        }
    }

    private Insider Insider()
    {
        if (_world.Insider is null)
            _world.Introduce(new Insider(_world, _random.Pick(World.Roles), _random));
        return _world.Insider!;
    }
}
