using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>Finds the sessions of one consumer's messages: in the key ring, which takes no lock, or by a search. Safe for many threads.</summary>
internal sealed class SessionFinder(IKeyRingSource keys, TimeProvider time, TopicAliases aliases, OpeningPatience patience)
{
    private readonly SessionSearches _searches = new();
    private readonly MissedSessions _missed = new(time);
    private RecentSessions _recent = new(ImmutableDictionary<SessionId, OpenableSession>.Empty);

    /// <summary>How this consumer waits.</summary>
    public OpeningPatience Patience => patience;

    /// <summary>The session that opens a message, or why it is refused. The message is long enough for the session.</summary>
    public FoundSession Find(in MessageHeader header, ReadOnlySpan<byte> message, string topic)
    {
        if (TryFind(header, message.Length, topic) is { } found)
            return found;

        return patience.Blocks
            ? SearchAsync(Begin(header, topic, blocks: true), header, message.Length, topic, CancellationToken.None).GetAwaiter().GetResult()
            : SearchMeanwhile(header, message, topic);
    }

    /// <summary>As <see cref="Find"/>, and waits without blocking a thread.</summary>
    public async ValueTask<FoundSession> FindAsync(MessageHeader header, int messageSize, string topic, CancellationToken cancellationToken) =>
        TryFind(header, messageSize, topic) ??
        await SearchAsync(Begin(header, topic, blocks: true), header, messageSize, topic, cancellationToken).ConfigureAwait(false);

    /// <summary>The session that opens a message, or why it is refused; <see langword="null"/> if that is not known now.</summary>
    public FoundSession? TryFind(in MessageHeader header, int messageSize, string topic)
    {
        var ring = keys.Current;

        // What was received stays readable when a credential has ended: no new key comes, and none is taken back.
        if (BlockOf(ring) is { } blocked)
            return blocked.Reason.Kind() == FailureKind.Denied ? OpenFailures.Blocked(blocked) : null;
        if (RecentOf(ring).Find(header.Session) is not { } session)
            return null;
        if (!aliases.Accept(topic, session.Statement.Topic))
            return OpenFailures.Refuse(FailureReason.WrongTopic, topic, header, session);

        if (session.Refusal is { } refusal)
            return OpenFailures.Refuse(refusal, topic, header, session);
        if (ring.Time >= session.RetiresAt)
            return OpenFailures.Refuse(FailureReason.KeyRetired, topic, header, session);
        if (session.Keys is not { } sessionKeys)
            return null;

        _missed.Found(header.Session);

        // What proves the origin, and so how long that is, is the session's and not the message's to say.
        return sessionKeys.PlaintextSizeOf(header, messageSize) < 0
            ? OpenFailures.Refuse(FailureReason.Truncated, topic, header, session)
            : new FoundSession(session, null);
    }

    private static MemberFailure? BlockOf(KeyRing ring) =>
        ring.Failure is { Reason: not FailureReason.CredentialExpired } failure ? failure : null;

    private RecentSessions RecentOf(KeyRing ring)
    {
        var recent = Volatile.Read(ref _recent);
        if (!recent.AreOf(ring.Sessions))
            Volatile.Write(ref _recent, recent = new RecentSessions(ring.Sessions));
        return recent;
    }

    private FoundSession SearchMeanwhile(MessageHeader header, ReadOnlySpan<byte> message, string topic)
    {
        var name = SessionSearches.NameOf(message, topic);
        var size = message.Length;
        var search = _searches.FindOrBegin(name, abandoned =>
        {
            var wait = Begin(header, topic, blocks: false);
            return new SessionSearch(wait, SearchAsync(wait, header, size, topic, abandoned));
        });
        if (search is null)
            return Missing(header, topic);

        if (search.Task.IsCompleted)
        {
            // What it found may be over. What a look proved is not, unless the session has been announced since.
            _searches.End(name);
            var found = search.Task.GetAwaiter().GetResult();
            var holds = found.Failure is { HasGivenUp: true } or { IsOfMember: true } ||
                (found.Failure is { Reason: FailureReason.UnknownSession } && !keys.Current.Sessions.ContainsKey(header.Session));
            return holds ? found : TryFind(header, size, topic) ?? Missing(header, topic);
        }

        search.Wait.Seen();
        return Missing(header, topic, search: search);
    }

    // Ends when the message can be opened or is refused, when this consumer gives up, when the caller ends it, or when the host stops.
    private async Task<FoundSession> SearchAsync(RecordWait wait, MessageHeader header, int messageSize, string topic, CancellationToken cancellationToken)
    {
        using var isOver = wait;

        // All messages of a session that this consumer has waited for are counted from the first one on.
        using var ending = patience.Limit(patience.Rules.GiveUpAfter is null ? default : _missed.AgeOf(header.Session), cancellationToken);
        while (!ending.Token.IsCancellationRequested)
        {
            try
            {
                var isAnnounced = await keys.WaitToOpenAsync(header.Session, aliases.OriginsOf(topic), ending.Token).ConfigureAwait(false);
                if (TryFind(header, messageSize, topic) is { } found)
                    return Ended(wait, found);

                if (!isAnnounced && BlockOf(keys.Current) is null)
                    return Ended(wait, OpenFailures.Refuse(FailureReason.UnknownSession, topic, header));
            }
            catch (OperationCanceledException) when (ending.Token.IsCancellationRequested)
            {
                break;
            }
            catch (EndToEndKafkaException e) when (e.Kind == FailureKind.Denied)
            {
                return Ended(wait, OpenFailures.Blocked(new MemberFailure(e.Reason, e.Message)));
            }
            catch (EndToEndKafkaException)
            {
                // It is this member's trouble, and no reason to pass the record over.
            }

            await patience.PauseAsync(ending.Token).ConfigureAwait(false);
        }

        await patience.PauseIfStoppingAsync().ConfigureAwait(false);
        return Ended(wait, Missing(header, topic, hasGivenUp: _missed.IsOlder(header.Session, patience.Rules.GiveUpAfter)));
    }

    private RecordWait Begin(MessageHeader header, string topic, bool blocks) =>
        patience.Begin(topic, Missing(header, topic).Failure!.Reason, () => Missing(header, topic).Failure!.Message, blocks);

    private static FoundSession Ended(RecordWait wait, FoundSession found)
    {
        wait.Outcome = found.Failure switch
        {
            null => WaitOutcome.Opened,
            { HasGivenUp: true } => WaitOutcome.GivenUp,
            { Kind: FailureKind.Transient } => WaitOutcome.Ended,
            _ => WaitOutcome.Refused,
        };
        return found;
    }

    // The record may only be early, and must not be skipped.
    private FoundSession Missing(in MessageHeader header, string topic, bool hasGivenUp = false, SessionSearch? search = null)
    {
        var ring = keys.Current;
        var isAnnounced = ring.Sessions.TryGetValue(header.Session, out var announced) && aliases.Accept(topic, announced.Statement.Topic);
        var missing = BlockOf(ring) is { } blocked ? OpenFailures.Blocked(blocked)
            : isAnnounced ? OpenFailures.Refuse(FailureReason.KeyNotYetReceived, topic, header, announced, ring.Failure)
            : OpenFailures.Refuse(FailureReason.NotReady, topic, header);
        return new FoundSession(null, missing.Failure! with { HasGivenUp = hasGivenUp, Search = search });
    }
}
