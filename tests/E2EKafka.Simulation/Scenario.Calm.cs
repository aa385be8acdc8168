namespace E2EKafka.Simulation;

/// <content>The end of the story: nothing disturbs, and no member may be stuck.</content>
internal sealed partial class Scenario
{
    /// <summary>Within this time all that can be served is served, counted from when everything works again.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(7);

    /// <summary>Everything works again. All that is due gets done, in spite of those that go on to lie and to write poison.</summary>
    private void Heal()
    {
        Note("calm");
        _world.Authority.IsDiskFull = false;
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
            member.SetDiskFull(false);
            if (!member.IsClockRight)
                member.SetClock(RandomSkew());
            if (!member.IsRunning)
                member.Start();
            member.ShowHidden();
        }

        var (began, isAttacked) = (_world.Clock.GetUtcNow(), _random.Next(2) == 0);
        for (var round = 0; round < 12; round++)
        {
            Settle();
            foreach (var member in _world.Members.Where(member => member.IsOutlived).ToList())
            {
                Note($"{member} has an identity key that was replaced, and enrolls again");
                member.BeginAgain();
                _world.Count("members enrolled again after a backup");
            }

            if (isAttacked)
                Attack();
            foreach (var member in _world.Members.Where(member => member.Current.Failure is { Reason: FailureReason.TicketUnknown }))
                member.ReplaceTicket();
            Pass(TimeSpan.FromSeconds(round < 8 ? 5 : 90));
        }

        Settle();
        World.Require(_world.Clock.GetUtcNow() - began <= MaxWait, "calm is longer than a reader may wait");
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
        if (reader.WasDeceived || reader.Identifier == message.Producer || _world.IsInsider(message.Producer) || _world.StolenSessions.Contains(message.Session) || !reader.Consumes.Contains(message.Topic) ||
            reader.Exchange.Project.Version != document.Version || reader.Current.Failure is not null)
            return;

        // The announcement is gone with its topic.
        if (!reader.Current.Sessions.ContainsKey(message.Session) && !_world.Log.HasAnnouncement(message.Session))
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
        World.Require(!mayRead || !isHonoured, $"{reader} cannot open a message to {message.Topic} in session {message.Session} ({reason}), and {holder} could give it the key; {reader.Describe()}");
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
            World.Require(opened, $"{reader} cannot open what {producer} sends to {message.Topic} now ({reason}); {reader.Describe()}");
        }
    }
}
