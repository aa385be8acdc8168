namespace E2EKafka.Simulation;

/// <content>What attackers do.</content>
internal sealed partial class Scenario
{
    // A client that can write to the control topics writes anything, and what it has seen.
    private void Attack()
    {
        var partitions = _world.Log.Partitions.ToList();
        var from = _world.Log[_random.Pick(partitions)];
        var record = from.Count == 0 || _random.Next(4) == 0 ? _random.Bytes(_random.Next(200)) : (byte[])[.. _random.Pick(from).Value];
        if (record.Length > 0 && _random.Next(2) == 0)
            record[_random.Next(record.Length)] ^= (byte)(1 << _random.Next(8));
        Note("a client writes a record that is not its own");
        _world.Log.Append(_random.Pick(partitions), record);
    }

    // A member turns against the others, with its own keys.
    private void Betray()
    {
        if (_world.Insider is null)
            _world.Introduce(new Insider(_world, _random.Pick(Roles)));
        if (_random.Next(2) == 0)
        {
            Note("the insider announces another's session as its own");
            _world.Insider!.Contradict(_random.Pick(World.Topics), _random);
            return;
        }

        Send(_world.Insider!);
    }

    private void Send(Insider insider)
    {
        var topic = _random.Pick(World.Topics);
        var victim = _random.Next(3) == 0 ? AnyMember()?.Exchange.Credential : null;
        var wrongSecret = _random.Next(3) == 0;
        Note($"the insider sends to {topic}{(victim is null ? "" : $" as {victim.Subject}")}{(wrongSecret ? " and seals a wrong secret" : "")}");
        if (insider.Send(topic, $"message {_contents++}", victim, wrongSecret) is { } message)
            _world.SentByInsider(message);
    }
}
