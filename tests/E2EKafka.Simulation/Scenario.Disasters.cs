namespace E2EKafka.Simulation;

/// <content>What happens to topics and to vaults.</content>
internal sealed partial class Scenario
{
    private void DisturbTopics()
    {
        var partition = _random.Pick(_world.Log.Partitions.ToList());
        switch (_random.Next(4))
        {
            case < 2:
                if (AnyMember() is { } member && member.GoBack(partition, _random))
                {
                    Note($"records of {partition} come again to {member}");
                    _world.Count("offsets went back");
                }

                break;
            case 2:
                Recreate(partition);
                break;
            default:
                CutOff(partition);
                break;
        }
    }

    private void Recreate(ControlPartition partition)
    {
        // What the authority has said is on Kafka, in its vault, or lost.
        if (partition == ControlPartition.Authority && !_world.Authority.IsRunning)
            return;

        Note($"{partition} is created again");
        _world.Log[partition].Recreate();
        if (partition == ControlPartition.Authority)
            _world.Authority.PublishAgain();
        _world.Count("topics created again");
    }

    // As retention does: what is needed no more. The authority's records were published again before.
    private void CutOff(ControlPartition partition)
    {
        var log = _world.Log[partition];
        var to = log.End;
        if (partition == ControlPartition.Authority && !_world.Authority.IsRunning)
            return;
        if (partition == ControlPartition.Authority)
            _world.Authority.PublishAgain();
        else if (partition.Topic is ControlTopicKind.Sessions or ControlTopicKind.Members)
            to = log.Start + log.TakeWhile(IsOutdated).Count();
        if (to == log.Start)
            return;

        Note($"the head of {partition} is cut off at {to}");
        log.CutOff(to);
        _world.Count("heads cut off");
    }

    private bool IsOutdated(LogEntry entry)
    {
        var now = _world.Clock.GetUtcNow();
        return entry.IsHostile || Jws.TryParse(entry.Value) switch
        {
            { Type: RecordTypes.Announcement } => entry.Announces.All(session => _world.Notary.Session(session).Ends < now),
            { Type: RecordTypes.KeyPackage } jws => KeyPackage.Read(jws)!.ExpiresAt < now,
            _ => true,
        };
    }

    private void DisturbVaults()
    {
        switch (_random.Next(8))
        {
            case < 2:
                foreach (var backedUp in _world.Members.Where(member => member.TryBackup()))
                    Note($"the vault of {backedUp} is backed up");
                break;
            case < 4:
                if (_world.Members.Where(member => member.HasBackup).ToList() is { Count: > 0 } backups)
                {
                    var restored = _random.Pick(backups);
                    Note($"{restored} starts from its backup");
                    restored.Restore();
                    _world.Count("members restored");
                }

                break;
            case < 6:
                Damage();
                break;
            default:
                if (_world.Members.Count > 0 && _random.Pick(_world.Members) is var full)
                {
                    full.SetDiskFull(!full.Vault.IsFull);
                    Note($"the disk of {full} is {(full.Vault.IsFull ? "full" : "not full any more")}");
                    _world.Count("disks full");
                }

                break;
        }
    }

    // While it runs, or while it is down: then it finds the damage when it starts.
    private void Damage()
    {
        if (AnyMember() is not { IsDurable: true } member)
            return;

        var isDown = _random.Next(3) > 0;
        if (isDown)
            member.Crash(loseVault: false);
        if (isDown && _random.Next(3) == 0)
        {
            member.AddForeignRow(_random);
            Note($"a newer release has written into the vault of {member}");
            _world.Count("rows of a newer release");
        }
        else if (member.Damage(_random) is { } row)
        {
            Note($"row {row} of {member} is damaged");
            _world.Count("rows damaged");
        }

        if (isDown)
            member.Start();
    }
}
