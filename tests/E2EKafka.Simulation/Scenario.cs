using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>One seed's story: a while of everything that can go wrong, then calm, then no member may be stuck.</summary>
internal sealed class Scenario
{
    private const int Steps = 70;
    private const int MaxMembers = 5;
    private static readonly string[] Roles = ["a", "b"];
    private static readonly MessageAuthentication[] Modes =
        [MessageAuthentication.Signature, MessageAuthentication.Signature, MessageAuthentication.Mac, MessageAuthentication.Mac, MessageAuthentication.Shared];

    // Longer than a key package lives, and shorter: a reader may drop out by either.
    private static readonly TimeSpan[] CredentialLifetimes = [TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromMinutes(100)];
    private static readonly TimeSpan[] Retentions = [TimeSpan.Zero, TimeSpan.FromHours(2), TimeSpan.FromDays(7)];

    private readonly ulong _seed;
    private readonly SeededGenerator _random;
    private readonly World _world;
    private readonly Dictionary<string, TimeSpan> _retentions;
    private int _step;
    private int _names;
    private int _contents;

    public Scenario(ulong seed)
    {
        _seed = seed;
        _random = new SeededGenerator((seed + 1) * 0x9E3779B97F4A7C15);
        _world = new World(_random.Pick(CredentialLifetimes), isDevelopment: _random.Next(3) == 0);
        _retentions = World.Topics.ToDictionary(topic => topic, _ => _random.Pick(Retentions));
    }

    /// <summary>What happened, for the replay of a seed.</summary>
    public Action<string>? Trace { get; init; }

    public IReadOnlyDictionary<string, int> Counts => _world.Counts;

    /// <exception cref="InvariantBrokenException">A guarantee does not hold.</exception>
    public void Run()
    {
        if (Trace is not null)
            _world.Note = Note;
        try
        {
            _world.Authority.SetPolicy(_random.Next(2) == 0 ? RandomPolicy() : Policy.AnyMember with { Topics = RandomTopics() });
            Join();
            Join();
            Join();

            // Half of the stories begin with everybody at work, so that what happens later happens to something.
            if (_random.Next(2) == 0)
                Settle();
            for (_step = 0; _step < Steps; _step++)
                Step();
            CheckAllOpens(requireDelivery: false);
            Heal();
            CheckAllOpens(requireDelivery: true);
        }
        catch (InvariantBrokenException)
        {
            throw;
        }
        catch (Exception e)
        {
            throw new InvariantBrokenException($"an unexpected exception: {e}");
        }
    }

    public override string ToString() => $"seed {_seed}, step {_step}";

    private void Step()
    {
        switch (_random.Next(107))
        {
            case < 30: Work(); break;
            case < 42: Deliver(); break;
            case < 48: Write(); break;
            case < 51: Acknowledge(); break;
            case < 53: Look(); break;
            case < 66: Send(); break;
            case < 67: RotateIdentity(); break;
            case < 72: Open(); break;
            case < 78: _world.Authority.Serve(1 + _random.Next(3)); break;
            case < 86: PassTime(); break;
            case < 89: Crash(); break;
            case < 92: Restart(); break;
            case < 94: Join(); break;
            case < 97: Withhold(); break;
            case < 99: ChangePolicy(); break;
            case < 100: Remove(); break;
            case < 101: Attack(); break;
            case < 103: Betray(); break;
            case < 106: SetClock(); break;
            default: DisturbAuthority(); break;
        }
    }

    private SimulatedMember? AnyMember()
    {
        var running = _world.Members.Where(member => member.IsRunning).ToList();
        return running.Count == 0 ? null : _random.Pick(running);
    }

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
            _world, $"m{_names++}", _random.Pick(Roles), _random.Next(3) > 0, produces, consumes, _random);
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

    /// <summary>Everything works again, and nothing disturbs it. All that is due gets done.</summary>
    private void Heal()
    {
        Note("calm");
        if (!_world.Authority.IsRunning)
            _world.Authority.Start();

        // A member is gone for good, and another comes that needs what the first had given to others only.
        if (_random.Next(2) == 0)
        {
            _world.Members.Remove(_random.Pick(_world.Members));
            Join();
        }

        foreach (var member in _world.Members)
        {
            member.Withheld.Clear();
            if (!member.IsClockRight)
                member.SetClock(RandomSkew());
            if (!member.IsRunning)
                member.Start();
            member.ShowHidden();
        }

        for (var round = 0; round < 12; round++)
        {
            Settle();
            foreach (var member in _world.Members.Where(member => member.Current.Failure is { Reason: FailureReason.TicketUnknown }))
                member.ReplaceTicket();
            Pass(TimeSpan.FromSeconds(round < 8 ? 5 : 90));
        }

        Settle();
        foreach (var member in _world.Members)
            _world.CheckNothingIsKeptLate(member);
    }

    private void Settle()
    {
        bool any;
        var rounds = 0;
        do
        {
            any = _world.Authority.Serve(int.MaxValue);
            foreach (var member in _world.Members)
            {
                while (member.Outbox.Count > 0)
                    (any, _) = (true, Do(() => member.Write(0)));
                while (member.Acknowledgements.Count > 0)
                    (any, _) = (true, Do(() => member.Acknowledge(0)));
                any |= member.DeliverAll();
            }

            World.Require(++rounds < 200, "the members never come to rest");
        }
        while (any);

        static bool Do(Action action)
        {
            action();
            return true;
        }
    }

    private void CheckAllOpens(bool requireDelivery)
    {
        var running = _world.Members.Where(member => member.IsRunning).ToList();
        foreach (var message in _world.Messages)
        {
            foreach (var reader in running)
            {
                if (!_world.CheckOpen(reader, message) && requireDelivery)
                    CheckThatItCould(reader, message);
            }
        }

        if (requireDelivery)
            CheckThatAllCanSend(running);
    }

    // A message that one member can open, all can open that may.
    private void CheckThatItCould(SimulatedMember reader, SentMessage message)
    {
        var document = _world.Authority.Document;
        if (reader.WasDeceived || reader.Identifier == message.Producer || _world.IsInsider(message.Producer) || !reader.Consumes.Contains(message.Topic) ||
            reader.Exchange.Project.Version != document.Version || reader.Current.Failure is not null)
            return;

        // Clocks differ: what one has destroyed, another may have for a moment more.
        if (reader.Now >= World.RetirementOf(reader, _world.Notary.Session(message.Session)))
            return;

        var holder = _world.Members.FirstOrDefault(member =>
            member.Current.Failure is null &&
            member.Current.Sessions.TryGetValue(message.Session, out var session) && session.Keys is not null &&
            (member.Identifier == message.Producer ||
                (session.Refusal is null && (session.Statement.ReaderGroups is null || member.Role == reader.Role))));
        if (holder is null || holder == reader)
            return;

        var announcement = holder.Current.Sessions[message.Session].Statement;
        var mayRead = _world.MayHold(document, reader.Identifier, announcement);

        // Where macs are demanded, those that a former member of the group can make are refused.
        if (document.Policy.RequirementsOf(message.Topic).Authentication == MessageAuthentication.Mac &&
            announcement.ReaderGroups is not null && !document.ProvesOrigin(announcement.Core, reader.Role))
            return;

        var isHonoured = holder.Exchange.Judge(announcement) is null;
        reader.TryOpen(message, out var reason);
        World.Require(!mayRead || !isHonoured, $"{reader} cannot open a message to {message.Topic} in session {message.Session} ({reason}), and {holder} could give it the key");
    }

    private void CheckThatAllCanSend(IReadOnlyCollection<SimulatedMember> running)
    {
        var document = _world.Authority.Document;
        foreach (var member in running.Where(member => document.RevocationOf(member.Identifier) is null))
        {
            World.Require(member.Current.Failure is null, $"{member} is stuck: {member.Current.Failure}");
            foreach (var topic in member.Produces.Where(topic => document.Policy.MayProduce(topic, World.AttributesOf(member.Role))))
            {
                var sent = Send(member, topic);
                var view = member.Current.Sending[topic];
                World.Require(
                    sent || view.Failure?.Reason == FailureReason.NoDurableReader,
                    $"{member} cannot send to {topic}: {view.Failure}");
                if (sent)
                {
                    CheckThatAllOpen(_world.Messages[^1], member, running);
                }
                else
                {
                    var readers = running.Where(reader => reader != member && reader.Current.Failure is null && reader.Consumes.Contains(topic) &&
                        document.Policy.MayConsume(topic, World.AttributesOf(reader.Role)) &&
                        (_world.IsDevelopment || reader.IsDurable || _retentions[topic] == TimeSpan.Zero)).ToList();
                    var groups = document.Policy.RequirementsOf(topic).ReaderGroups?.Values;
                    World.Require(
                        !(member.IsDurable && _retentions[topic] > TimeSpan.Zero) &&
                        !(groups?.All(group => readers.Exists(reader => reader.Role == group)) ?? readers.Count > 0),
                        $"{member} finds no reader of {topic}, and there is one");
                }
            }
        }
    }

    // What is sent in calm, all open that may: none waits for keys that never come.
    private void CheckThatAllOpen(SentMessage message, SimulatedMember producer, IEnumerable<SimulatedMember> running)
    {
        var document = _world.Authority.Document;
        foreach (var reader in running.Where(reader =>
            reader != producer && !reader.WasDeceived && reader.Consumes.Contains(message.Topic) &&
            document.RevocationOf(reader.Identifier) is null && document.Policy.MayConsume(message.Topic, World.AttributesOf(reader.Role)) &&
            World.IsInGroup(_world.Notary.Session(message.Session), reader.Role)))
        {
            var opened = _world.CheckOpen(reader, message);
            reader.TryOpen(message, out var reason);
            World.Require(opened, $"{reader} cannot open what {producer} sends to {message.Topic} now ({reason})");
        }
    }

    private void Note(string what) => Trace?.Invoke($"{_step,4} {_world.Clock.GetUtcNow():HH:mm:ss} {what}");
}
