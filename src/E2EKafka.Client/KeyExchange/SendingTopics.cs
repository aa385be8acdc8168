using System.Collections.Immutable;
using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>The topics that this member sends to, each with the rotation of its sessions.</summary>
internal sealed class SendingTopics(Func<string, SessionRotation> create) : IDisposable
{
    private readonly Dictionary<string, SessionRotation> _senders = [];

    public IReadOnlyCollection<string> Names => _senders.Keys;

    /// <summary>What the key ring shows.</summary>
    public ImmutableDictionary<string, SendingTopic> Views => _senders.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.View);

    /// <summary>What each topic has, for a status.</summary>
    public IReadOnlyList<SendingStatus> Status => [.. _senders.Values.OrderBy(sender => sender.Topic, StringComparer.Ordinal).Select(sender => sender.Status)];

    /// <summary>Why a topic has no session yet, if one will have it without help; <see langword="null"/> if each has one, or a reason to have none.</summary>
    public MemberFailure? Awaited => _senders.Values
        .Where(sender => sender.View.Current is null)
        .Select(sender => sender.View.Failure ?? new MemberFailure(FailureReason.SessionNotReady, $"There is no session for '{sender.Topic}' yet."))
        .FirstOrDefault(failure => failure.Reason is FailureReason.SessionNotReady or FailureReason.NotReady);

    public void Add(string topic)
    {
        if (!_senders.ContainsKey(topic))
            _senders.Add(topic, create(topic));
    }

    /// <summary>Does what is due for each topic.</summary>
    /// <param name="blocked">Why nothing may be sent to a topic, if that is so.</param>
    public void Advance(Func<string, MemberFailure?> blocked)
    {
        foreach (var sender in _senders.Values)
            sender.Advance(blocked(sender.Topic));
    }

    /// <summary>Drops all sessions. Each topic gets another before its next message.</summary>
    public void Discard()
    {
        foreach (var sender in _senders.Values)
            sender.Discard();
    }

    /// <summary>Drops the sessions of topics that a member has lost the right to read.</summary>
    public void Lose(Func<string, bool> isLost)
    {
        foreach (var sender in _senders.Values.Where(sender => isLost(sender.Topic)))
            sender.Lose();
    }

    /// <summary>Drops sessions that this member may no longer use.</summary>
    /// <param name="blocked">Why nothing may be sent, if that is so.</param>
    public void DropWhatIsNoLongerAllowed(MemberFailure? blocked)
    {
        foreach (var sender in _senders.Values)
            sender.DropWhatIsNoLongerAllowed(blocked);
    }

    public void Dispose()
    {
        foreach (var sender in _senders.Values)
            sender.Dispose();
    }
}
