namespace E2EKafka.Simulation;

/// <content>What members do, and what happens to them.</content>
internal sealed partial class Scenario
{
    // One member does all that is before it; the others do not.
    private void Work()
    {
        if (AnyMember() is not { } member)
            return;

        Note($"{member} works");
        while (member.Outbox.Count > 0)
            member.Write(0, _random.Next(4) == 0 ? _random : null);
        while (member.Acknowledgements.Count > 0)
            member.Acknowledge(0);
        member.DeliverAll();
    }

    private void Deliver()
    {
        if (AnyMember() is not { } member)
            return;

        // The authority's records matter to all others, and are few.
        var partition = _random.Next(3) == 0 ? ControlPartition.Authority : _random.Pick(member.Exchange.Partitions.ToList());
        var count = 1 + _random.Next(8);
        Note($"{member} reads {count} of {partition}");
        member.Deliver(partition, count, _random);
    }

    private void Write()
    {
        if (AnyMember() is { Outbox.Count: > 0 } member)
        {
            Note($"{member} writes");
            member.Write(_random.Next(member.Outbox.Count), _random);
        }
    }

    private void Acknowledge()
    {
        if (AnyMember() is { Acknowledgements.Count: > 0 } member)
        {
            Note($"{member} hears of a write");
            member.Acknowledge(_random.Next(member.Acknowledgements.Count));
        }
    }

    private void Look()
    {
        if (AnyMember() is { } member && member.Look())
            Note($"{member} looks where partitions end");
    }

    private void Send()
    {
        if (AnyMember() is not { Produces.Count: > 0 } member)
            return;

        var topic = _random.Pick(member.Produces);
        for (var burst = 1 + _random.Next(4); burst > 0 && Send(member, topic); burst--)
        {
            // Until it cannot, or has sent enough.
        }
    }

    private bool Send(SimulatedMember member, string topic)
    {
        if (member.TrySend(topic, $"message {_contents++}") is not { } message)
            return false;

        Note($"{member} sends to {topic} in session {message.Session}");
        _world.Sent(member, message);
        return true;
    }

    private void Open()
    {
        if (_world.Messages.Count > 0 && AnyMember() is { } member)
            _world.CheckOpen(member, _random.Pick(_world.Messages));
    }

    private void PassTime()
    {
        var by = _random.Next(6) switch
        {
            0 => TimeSpan.FromHours(1 + _random.Next(30)),
            1 => TimeSpan.FromMinutes(1 + _random.Next(90)),
            _ => TimeSpan.FromSeconds(1 + _random.Next(120)),
        };

        // The thread that does what is due may hang while the application's threads send.
        var stalled = _random.Next(4) == 0 ? AnyMember() : null;
        Note($"{by} pass{(stalled is null ? "" : $", and {stalled} hangs")}");
        Pass(by, stalled);
        if (stalled is { Produces.Count: > 0 })
            Send(stalled, _random.Pick(stalled.Produces));
    }

    // Members tick while time passes: an hour is not one step for them.
    private void Pass(TimeSpan by, SimulatedMember? stalled = null)
    {
        _world.Clock.Advance(by);
        foreach (var member in _world.Members.Where(member => member.IsRunning && member != stalled))
            member.Advance();
    }

    private void Crash()
    {
        if (AnyMember() is not { } member)
            return;

        var loseVault = _random.Next(2) == 0;
        Note($"{member} crashes{(loseVault ? " and loses its vault" : "")}");
        member.Crash(loseVault);
    }

    // By an administrator, a virtual machine that sleeps, or a broken battery.
    private void SetClock()
    {
        if (AnyMember() is not { } member)
            return;

        var skew = _random.Next(7) switch
        {
            0 => TimeSpan.FromHours(-1),
            1 => TimeSpan.FromDays(9),
            2 => TimeSpan.FromMinutes(3),
            3 => TimeSpan.FromMinutes(-3),
            4 => TimeSpan.FromDays(-9),
            _ => RandomSkew(),
        };
        Note($"the clock of {member} is set to {skew} ahead");
        member.SetClock(skew);
        _world.Count("clocks set");
    }

    private TimeSpan RandomSkew() => TimeSpan.FromSeconds(_random.Next(101) - 50);

    private void RotateIdentity()
    {
        if (AnyMember() is not { Exchange.Credential: not null } member)
            return;

        Note($"{member} replaces its identity key");
        _stolenKeys.Add((member.Identifier, member.Role, SigningKey.Import(member.Vault.Read("identity", "key")!)));
        member.Exchange.RotateIdentity();
        member.Advance();
    }

    private void Restart()
    {
        foreach (var member in _world.Members.Where(member => !member.IsRunning))
        {
            Note($"{member} starts again");
            member.Start();
        }
    }

    private void Join()
    {
        if (_world.Members.Count >= MaxMembers)
            return;

        var kind = _random.Next(4);
        var produces = kind is 0 or 1 ? World.Topics : kind is 2 ? [_random.Pick(World.Topics)] : [];
        var consumes = kind is 1 or 3 ? World.Topics : kind is 2 ? [_random.Pick(World.Topics)] : [];
        var member = new SimulatedMember(
            _world, $"m{_names++}", _random.Pick(World.Roles), _random.Next(3) > 0, produces, consumes, _random);
        _world.Members.Add(member);
        Note($"{member} joins with role {member.Role}, {(member.IsDurable ? "a durable vault" : "a vault in memory")}, produces [{string.Join(' ', produces)}], consumes [{string.Join(' ', consumes)}]");
    }

    private void Withhold()
    {
        if (AnyMember() is not { } member)
            return;

        // Removals and policy come on the authority's topic: to keep that back is worth the most.
        var partition = _random.Next(2) == 0 ? ControlPartition.Authority : _random.Pick(member.Exchange.Partitions.ToList());
        if (!member.Withheld.Remove(partition))
            member.Withheld.Add(partition);
        Note($"{partition} is {(member.Withheld.Contains(partition) ? "withheld from" : "shown again to")} {member}");

        // What is kept from it is worth something.
        if (partition == ControlPartition.Authority && member.Withheld.Contains(partition))
            ChangePolicy();
    }
}
