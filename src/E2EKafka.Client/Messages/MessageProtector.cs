using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <summary>Protects and opens messages with what the key ring has; waits for the key exchange only where it has nothing.</summary>
internal sealed class MessageProtector(
    IKeyRingSource keys, TimeProvider time, TopicAliases aliases, RecordWaits waits, RefusalCounts refusals, OpeningRules rules,
    bool includesInnerMessages = false) : IMessageProtector
{
    /// <summary>Kafka's own limit is far below; this one keeps sizes within an array's.</summary>
    private const int MaxPlaintextSize = 1 << 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    [ThreadStatic]
    private static int _withoutBlocking;

    private readonly SessionSearches _searches = new();
    private readonly MissedSessions _missed = new(time);

    /// <summary>For one consumer: the same keys, and rules of its own.</summary>
    public MessageProtector With(OpeningRules ofConsumer) => new(keys, time, aliases, waits, refusals, ofConsumer, includesInnerMessages);

    /// <summary>From now on until it is disposed, nothing blocks this thread: what is missing is searched for meanwhile.</summary>
    public static NonBlockingScope WithoutBlocking()
    {
        _withoutBlocking++;
        return default;
    }

    public byte[] Protect(ReadOnlySpan<byte> plaintext, in MessageContext context)
    {
        // A session may end between the wait and the next line, so the wait may have to be repeated; each is bounded.
        byte[]? message;
        while ((message = TryProtect(plaintext, context)) is null)
            keys.WaitToSendAsync(context.Topic).GetAwaiter().GetResult();
        return message;
    }

    public OpenedMessage Open(ReadOnlySpan<byte> message, in MessageContext context)
    {
        var found = Find(message, context, out var header);
        if (found.Failure is { } notFound)
            throw new MessageOpenException(Refused(notFound, context.Topic));

        return Open(found, header, message, context);
    }

    public async Task<OpenedMessage> OpenAsync(ReadOnlyMemory<byte> message, MessageContext context, CancellationToken cancellationToken = default)
    {
        var found = MessageHeader.Read(message.Span, out var header) is { } malformed
            ? Refuse(malformed, context.Topic, header)
            : TryFind(header, message.Length, context.Topic) ?? await SearchAsync(header, message.Length, context.Topic, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (found.Failure is { } notFound)
            throw new MessageOpenException(Refused(notFound, context.Topic));

        return Open(found, header, message.Span, context);
    }

    private OpenedMessage Open(in FoundSession found, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context)
    {
        var plaintext = new byte[found.Session!.Keys!.PlaintextSizeOf(header, message.Length)];
        return Decrypt(found.Session, header, message, context, plaintext) is { } failure
            ? throw new MessageOpenException(Refused(failure, context.Topic))
            : new OpenedMessage(plaintext, OriginOf(found.Session, header, context));
    }

    /// <summary>Counts a message that is refused.</summary>
    public OpenFailure Refused(OpenFailure failure, string topic)
    {
        refusals.Add(topic, failure);
        return failure;
    }

    /// <inheritdoc cref="Protect"/>
    public async Task<byte[]> ProtectAsync(ReadOnlyMemory<byte> plaintext, MessageContext context)
    {
        byte[]? message;
        while ((message = TryProtect(plaintext.Span, context)) is null)
            await keys.WaitToSendAsync(context.Topic).ConfigureAwait(false);
        return message;
    }

    /// <summary>Whether a topic lets plaintexts through now.</summary>
    public bool AllowsPlaintext(string topic) =>
        keys.Current.Project.Policy.RequirementsOf(topic).PlaintextUntil is { } until && time.GetUtcNow() < until;

    /// <summary>Whether a topic lets null values through that are not authenticated.</summary>
    public bool AllowsBareTombstones(string topic) => keys.Current.Project.Policy.RequirementsOf(topic).AllowBareTombstones;

    /// <summary>Finds the session that opens a message, and waits for its key as the rules say. The message is long enough for the session that is found.</summary>
    public FoundSession Find(ReadOnlySpan<byte> message, in MessageContext context, out MessageHeader header)
    {
        if (MessageHeader.Read(message, out header) is { } malformed)
            return Refuse(malformed, context.Topic, header);
        if (TryFind(header, message.Length, context.Topic) is { } found)
            return found;

        return Blocks
            ? SearchAsync(header, message.Length, context.Topic, CancellationToken.None).GetAwaiter().GetResult()
            : SearchMeanwhile(header, message, context.Topic);
    }

    /// <summary>Waits until this member is ready: a value that no producer vouches for is judged by policy alone, which must be the newest.</summary>
    /// <returns>Why it is not ready; <see langword="null"/> if it is.</returns>
    public OpenFailure? WaitUntilReady(string topic)
    {
        if (keys.Current.Failure is not { } failure)
            return null;
        if (failure.Reason.Kind() == FailureKind.Denied || !Blocks)
            return Blocked(failure).Failure! with { GiveUpAfter = rules.GiveUpAfter };

        return WaitUntilReadyAsync(topic).GetAwaiter().GetResult();
    }

    /// <summary>Waits before the application's deserializer is called again, which failed with something that passes by itself.</summary>
    /// <returns>Whether it is to be called again; not where no thread may wait, or the wait is over.</returns>
    public bool WaitForInnerDeserializer(RecordWait wait, ref int attempt)
    {
        var delay = RetryDelay(attempt++);
        if (rules.GiveUpAfter is { } limit)
        {
            var left = limit - time.GetElapsedTime(wait.StartedAt);
            if (left <= TimeSpan.Zero)
                return false;
            delay = delay < left ? delay : left;
        }

        return WaitAsync(delay, waits.Stopping).GetAwaiter().GetResult();
    }

    /// <summary>Whether this thread may be blocked until a record can be opened.</summary>
    public bool Blocks => rules.OnMissingKey == MissingKey.Wait && _withoutBlocking == 0 && !waits.Stopping.IsCancellationRequested;

    /// <summary>Whether what an application's serializer says of its failure stands in our messages.</summary>
    public bool IncludesInnerMessages => includesInnerMessages;

    /// <summary>What this consumer does with records that cannot be opened yet.</summary>
    public OpeningRules Rules => rules;

    /// <summary>A record waits for the application's deserializer.</summary>
    public RecordWait BeginWait(string topic, Func<string> lacks) => waits.Begin(topic, lacks, blocks: true);

    /// <summary>Verifies and decrypts a message into memory of the exact size.</summary>
    public static OpenFailure? Decrypt(
        OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, Span<byte> plaintext)
    {
        try
        {
            return session.Keys!.Open(header, message, context, plaintext) is { } reason
                ? FailureOf(reason, context.Topic, header, session)
                : null;
        }
        catch (ObjectDisposedException)
        {
            plaintext.Clear();
            return FailureOf(FailureReason.KeyRetired, context.Topic, header, session);
        }
    }

    /// <summary>Where a message comes from that was opened.</summary>
    public static MessageOrigin OriginOf(OpenableSession session, in MessageHeader header, in MessageContext context) => new(
        session.Statement.Producer,
        session.Attributes,
        header.Session.ToString(),
        header.Sequence,
        session.ProvenBy)
    {
        KeyBinding = !header.IsKeyBound ? RecordKeyBinding.NotBound
            : context.RecordKeyHash.IsEmpty ? RecordKeyBinding.NotCompared
            : RecordKeyBinding.Matches,
    };

    public static OpenFailure FailureOf(FailureReason reason, string topic) => new(reason, $"{Explain(reason)} Topic '{topic}'.");

    public static OpenFailure FailureOf(FailureReason reason, string topic, in MessageHeader header, OpenableSession session) =>
        Refuse(reason, topic, header, session).Failure!;

    private byte[]? TryProtect(ReadOnlySpan<byte> plaintext, in MessageContext context)
    {
        if (context.IsTombstone && plaintext.Length > 0)
            throw new ArgumentException("The message of a tombstone is empty: the record's value is null.", nameof(plaintext));
        if (plaintext.Length > MaxPlaintextSize)
        {
            throw new EndToEndKafkaException(FailureReason.MessageTooLarge,
                $"A message to '{context.Topic}' has {plaintext.Length} bytes, and encryption adds {MessageHeader.MinOverhead}, and more for its proof of origin ({SigningPublicKey.SignatureSize} for a signature, {MessageMacs.MacSize} for each reader group's MAC) and for a bound record key ({MessageContext.RecordKeyHashSize}). This library encrypts at most {MaxPlaintextSize}; Kafka's own limits (the producer's message.max.bytes, the topic's max.message.bytes) are usually about 1000000, encryption included. Store large content elsewhere and send a reference.");
        }

        var ring = keys.Current;
        if (ring.Failure is not null || !ring.Sending.TryGetValue(context.Topic, out var sending))
            return null;

        var now = time.GetUtcNow().UtcTicks;
        if (sending.Current is { } current && TrySeal(current, plaintext, context, now) is { } message)
        {
            if (current.TryRequestSuccessor())
                keys.RequestSuccessor(context.Topic);
            return message;
        }

        if (sending.Next is not { } next || TrySeal(next, plaintext, context, now) is not { } later)
            return null;

        // The key exchange would notice by itself that the successor is in use, within a second: too late for the one after it, if
        // sessions are short.
        if (next.TryTakeOver() || next.TryRequestSuccessor())
            keys.RequestSuccessor(context.Topic);
        return later;
    }

    private static byte[]? TrySeal(OutboundSession session, ReadOnlySpan<byte> plaintext, in MessageContext context, long now)
    {
        try
        {
            return session.TrySeal(plaintext, context, now);
        }
        catch (ObjectDisposedException)
        {
            // Retired at this very moment.
            return null;
        }
    }

    private FoundSession? TryFind(in MessageHeader header, int messageSize, string topic)
    {
        var ring = keys.Current;

        // What was received stays readable when a credential has ended: no new key comes, and none is taken back.
        if (BlockOf(ring) is { } blocked)
            return blocked.Reason.Kind() == FailureKind.Denied ? Blocked(blocked) : null;
        if (!ring.Sessions.TryGetValue(header.Session, out var session))
            return null;
        if (!aliases.Accept(topic, session.Statement.Topic))
            return Refuse(FailureReason.WrongTopic, topic, header, session);

        if (session.Refusal is { } refusal)
            return Refuse(refusal, topic, header, session);
        if (time.GetUtcNow().UtcTicks >= session.RetiresAtTicks)
            return Refuse(FailureReason.KeyRetired, topic, header, session);

        if (session.Keys is not { } sessionKeys)
            return null;

        // What proves the origin, and so how long that is, is the session's and not the message's to say.
        return sessionKeys.PlaintextSizeOf(header, messageSize) < 0
            ? Refuse(FailureReason.Truncated, topic, header, session)
            : new FoundSession(session, null);
    }

    private async Task<OpenFailure?> WaitUntilReadyAsync(string topic)
    {
        using var wait = waits.Begin(topic, () => keys.Current.Failure?.Message ?? "", blocks: true);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(waits.Stopping);
        using var givingUp = GivingUp(TimeSpan.Zero, ending);
        while (keys.Current.Failure is { } failure)
        {
            if (failure.Reason.Kind() == FailureKind.Denied || ending.IsCancellationRequested)
                return Blocked(failure).Failure;

            try
            {
                await keys.WaitToOpenAsync(default, [], ending.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or EndToEndKafkaException)
            {
                await WaitAsync(Pause, ending.Token).ConfigureAwait(false);
            }
        }

        return null;
    }

    private FoundSession SearchMeanwhile(MessageHeader header, ReadOnlySpan<byte> message, string topic)
    {
        var name = SessionSearches.NameOf(message, topic);
        var size = message.Length;
        var search = _searches.FindOrBegin(name, () =>
        {
            var wait = BeginWait(header, topic, blocks: false);
            return new SessionSearch(wait, SearchAsync(wait, header, size, topic, CancellationToken.None));
        });
        if (search is null)
            return Missing(header, topic);

        if (search.Task.IsCompleted)
        {
            // It is what the look proved, or what the key ring has now.
            _searches.End(name);
            return search.Task.GetAwaiter().GetResult() is { Failure: not null } refused ? refused : TryFind(header, size, topic) ?? Missing(header, topic);
        }

        search.Wait.Seen();
        return Missing(header, topic, search: search);
    }

    private async Task<FoundSession> SearchAsync(MessageHeader header, int messageSize, string topic, CancellationToken cancellationToken) =>
        await SearchAsync(BeginWait(header, topic, blocks: true), header, messageSize, topic, cancellationToken).ConfigureAwait(false);

    // Ends when the message can be opened or is refused, when this consumer gives up, or when the host stops.
    private async Task<FoundSession> SearchAsync(RecordWait wait, MessageHeader header, int messageSize, string topic, CancellationToken cancellationToken)
    {
        using var isOver = wait;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(waits.Stopping, cancellationToken);

        // All messages of a session that this consumer has waited for are counted from the first one on.
        using var givingUp = GivingUp(rules.GiveUpAfter is null ? default : _missed.AgeOf(header.Session), ending);
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var isAnnounced = await keys.WaitToOpenAsync(header.Session, aliases.OriginsOf(topic), ending.Token).ConfigureAwait(false);
                if (TryFind(header, messageSize, topic) is { } found)
                {
                    _missed.Forget(header.Session);
                    return found;
                }

                if (!isAnnounced && BlockOf(keys.Current) is null)
                    return Refuse(FailureReason.UnknownSession, topic, header);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                break;
            }
            catch (EndToEndKafkaException e) when (e.Kind == FailureKind.Denied)
            {
                return Blocked(new MemberFailure(e.Reason, e.Message));
            }
            catch (EndToEndKafkaException)
            {
                // It is this member's trouble, and no reason to pass the record over.
            }

            await WaitAsync(Pause, ending.Token).ConfigureAwait(false);
        }

        return Missing(header, topic, hasGivenUp: _missed.IsOlder(header.Session, rules.GiveUpAfter));
    }

    private ITimer? GivingUp(TimeSpan waited, CancellationTokenSource ending)
    {
        if (rules.GiveUpAfter is not { } limit)
            return null;

        var left = limit - waited;
        if (left > TimeSpan.Zero)
            return time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), ending, left, Timeout.InfiniteTimeSpan);

        ending.Cancel();
        return null;
    }

    private RecordWait BeginWait(MessageHeader header, string topic, bool blocks) =>
        waits.Begin(topic, () => Missing(header, topic).Failure!.Message, blocks);

    /// <returns>Whether the time is over; not if the wait was ended.</returns>
    private async Task<bool> WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TimeSpan RetryDelay(int attempt) => TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(attempt, 6), 5_000));

    // The record may only be early, and must not be skipped.
    private FoundSession Missing(in MessageHeader header, string topic, bool hasGivenUp = false, SessionSearch? search = null)
    {
        var ring = keys.Current;
        var isAnnounced = ring.Sessions.TryGetValue(header.Session, out var announced) && aliases.Accept(topic, announced.Statement.Topic);
        var missing = BlockOf(ring) is { } blocked ? Blocked(blocked)
            : isAnnounced ? Refuse(FailureReason.KeyNotYetReceived, topic, header, announced, ring.Failure)
            : Refuse(FailureReason.NotReady, topic, header);
        return new FoundSession(null, missing.Failure! with { HasGivenUp = hasGivenUp, Search = search });
    }

    private static MemberFailure? BlockOf(KeyRing ring) =>
        ring.Failure is { Reason: not FailureReason.CredentialExpired } failure ? failure : null;

    // What is wrong with this member is not wrong with the message: no consumer may skip it because our vault or our clock is broken.
    private static FoundSession Blocked(MemberFailure failure) => new(null, new OpenFailure(
        failure.Reason.Kind() == FailureKind.Invalid ? FailureReason.NotReady : failure.Reason, failure.Message));

    private static FoundSession Refuse(FailureReason reason, string topic, in MessageHeader header, OpenableSession? session = null, MemberFailure? ended = null)
    {
        var why = session is null ? Explain(reason) : Explain(reason, session, ended);
        return new(null, new OpenFailure(
            reason, header.Session == default ? $"{why} Topic '{topic}'." : $"{why} Topic '{topic}', session {header.Session}, sequence {header.Sequence}.")
        {
            Producer = session?.Statement.Producer ?? "",
        });
    }

    private static string Explain(FailureReason reason, OpenableSession session, MemberFailure? ended) => reason switch
    {
        FailureReason.ReaderNotAuthorized when session.IsFromBeforeEnrollment =>
            $"Policy keeps from this member what was sent before it joined, and the message's session began at {session.Statement.Begins:u}, before that. History = All in the topic's policy would admit it.",
        FailureReason.ReaderNotAuthorized when session.IsForOtherGroups =>
            $"The message's session is for the reader groups {string.Join(", ", session.Statement.ReaderGroups!.Values)} ({session.Statement.ReaderGroups.Attribute}), and this member is in none of them. Enroll with a ticket for one, or have the project's owner list this member's group: sessions from then on are for it too.",
        FailureReason.ReaderNotAuthorized =>
            "Policy does not let this member consume from the topic. Ask the project's owner for a rule, or enroll with a ticket that has the attributes.",
        FailureReason.KeyNotYetReceived when ended is not null =>
            $"The message's session was announced by {session.Statement.Producer}, and its key has not arrived: this member is given no keys now. {ended.Message}",
        FailureReason.KeyNotYetReceived =>
            $"The message's session was announced at {session.Statement.Begins:u} by {session.Statement.Producer}, and its key has not arrived yet. Try again; if that lasts, neither that producer nor another reader that has the key is running.",
        _ => Explain(reason),
    };

    private static string Explain(FailureReason reason) => reason switch
    {
        FailureReason.NotEncrypted => "The value is not an E2EKafka message. Its producer does not encrypt; during a migration, the topic's policy can let that through until a date.",
        FailureReason.UnsupportedVersion => "The message has a version or flag that this release does not know. Update this application.",
        FailureReason.Truncated => "The message is shorter than one of its session can be.",
        FailureReason.UnknownSession => "This member knows no announcement of the message's session: it is forged, older than the control topic's retention, from before the control topics were deleted, or its announcement was refused (log event 12 says why).",
        FailureReason.KeyNotYetReceived => "The message's session is announced, and its key has not arrived yet. Try again; if that lasts, neither its producer nor another reader is running.",
        FailureReason.KeyRetired => "The message's key was destroyed after the topic's key retention.",
        FailureReason.NotReady => "The message's session could not be looked up now. Try again.",
        FailureReason.ReaderNotAuthorized => "Policy does not let this member consume from the topic, or keeps from it what was sent before it joined.",
        FailureReason.ProducerDenied => "Policy does not let the message's producer produce to the topic.",
        FailureReason.ProducerRevoked => "The message's producer was removed from the project.",
        FailureReason.WrongTopic => "The message was written to another topic. AcceptTopic can admit mirrored and dead-lettered records.",
        FailureReason.WrongAuthentication => "The message is not authenticated as the topic's policy demands.",
        FailureReason.SignatureInvalid => "The producer's signature is wrong: the message was altered, moved or forged.",
        FailureReason.AuthenticationFailed => "The message was altered or moved.",
        FailureReason.TombstoneNotAuthenticated => "The value is null, and no producer has vouched for that.",
        FailureReason.RecordKeyMismatch => "The record's key is not the one that its producer bound to the value, or the producer bound none.",
        FailureReason.RecordContextMissing => "The consumer's setting dotnet.consumer.consume.result.fields hides the topic or the headers. Let it include both.",
        _ => "The message was not opened.",
    };

    /// <summary>Until it is disposed, nothing blocks the thread that made it.</summary>
    public readonly struct NonBlockingScope : IDisposable
    {
        public void Dispose() => _withoutBlocking--;
    }
}
