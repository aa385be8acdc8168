using System.Diagnostics;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <summary>Protects and opens messages with what the key ring has; waits for the key exchange only where it has nothing.</summary>
internal sealed partial class MessageProtector(
    IKeyRingSource keys, TimeProvider time, TopicAliases aliases, RecordWaits waits, MessageCounts counts, OpeningRules rules,
    bool includesInnerMessages = false) : IMessageProtector
{
    /// <summary>Kafka's own limit is far below; this one keeps sizes within an array's.</summary>
    private const int MaxPlaintextSize = 1 << 30;

    private readonly SessionFinder _sessions = new(keys, time, aliases, new OpeningPatience(keys, time, waits, rules));

    /// <summary>How this consumer waits.</summary>
    public OpeningPatience Patience => _sessions.Patience;

    /// <summary>For one consumer: the same keys, and rules of its own.</summary>
    public MessageProtector With(OpeningRules ofConsumer) => new(keys, time, aliases, waits, counts, ofConsumer, includesInnerMessages);

    public byte[] Protect(ReadOnlySpan<byte> plaintext, in MessageContext context) =>
        Spans.AreWanted ? ProtectInSpan(plaintext, context) : ProtectMessage(plaintext, context);

    public OpenedMessage Open(ReadOnlySpan<byte> message, in MessageContext context)
    {
        using var span = Spans.AreWanted ? Spans.Begin(Telemetry.Open, context.Topic) : null;
        var found = Find(message, context, out var header);
        if (found.Failure is { } notFound)
            throw new MessageOpenException(Refused(notFound, context.Topic, span));

        return Open(found, header, message, context, span);
    }

    public async Task<OpenedMessage> OpenAsync(ReadOnlyMemory<byte> message, MessageContext context, CancellationToken cancellationToken = default)
    {
        using var span = Spans.AreWanted ? Spans.Begin(Telemetry.Open, context.Topic) : null;
        var found = MessageHeader.Read(message.Span, out var header) is { } malformed
            ? OpenFailures.Refuse(malformed, context.Topic, header)
            : await _sessions.FindAsync(header, message.Length, context.Topic, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (found.Failure is { } notFound)
            throw new MessageOpenException(Refused(notFound, context.Topic, span));

        return Open(found, header, message.Span, context, span);
    }

    /// <summary>Counts a message that is refused.</summary>
    public OpenFailure Refused(OpenFailure failure, string topic, Activity? span = null)
    {
        counts.Refused.Add(topic, failure);
        span?.Fail(failure.Reason, failure.Message);
        return failure;
    }

    /// <inheritdoc cref="Protect"/>
    public Task<byte[]> ProtectAsync(ReadOnlyMemory<byte> plaintext, MessageContext context) =>
        Spans.AreWanted ? ProtectInSpanAsync(plaintext, context) : ProtectMessageAsync(plaintext, context);

    /// <summary>Whether a topic lets plaintexts through now.</summary>
    public bool AllowsPlaintext(string topic) =>
        keys.Current.Project.Policy.RequirementsOf(topic).PlaintextUntil is { } until && time.GetUtcNow() < until;

    /// <summary>Whether a topic lets null values through that are not authenticated.</summary>
    public bool AllowsBareTombstones(string topic) => keys.Current.Project.Policy.RequirementsOf(topic).AllowBareTombstones;

    /// <summary>Finds the session that opens a message, and waits for its key as the rules say. The message is long enough for the session that is found.</summary>
    public FoundSession Find(ReadOnlySpan<byte> message, in MessageContext context, out MessageHeader header) =>
        MessageHeader.Read(message, out header) is { } malformed
            ? OpenFailures.Refuse(malformed, context.Topic, header)
            : _sessions.Find(header, message, context.Topic);

    /// <summary>As <see cref="Find"/>, and neither waits nor searches.</summary>
    /// <returns><see langword="null"/> if that is not known now.</returns>
    public FoundSession? TryFind(ReadOnlySpan<byte> message, string topic, out MessageHeader header) =>
        MessageHeader.Read(message, out header) is { } malformed
            ? OpenFailures.Refuse(malformed, topic, header)
            : _sessions.TryFind(header, message.Length, topic);

    /// <summary>Whether what an application's serializer says of its failure stands in our messages.</summary>
    public bool IncludesInnerMessages => includesInnerMessages;

    /// <summary>Verifies and decrypts a message into memory of the exact size.</summary>
    public OpenFailure? Decrypt(
        OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, Span<byte> plaintext)
    {
        try
        {
            return session.Keys!.Open(header, message, context, plaintext) is { } reason
                ? OpenFailures.Of(reason, context.Topic, header, session)
                : null;
        }
        catch (ObjectDisposedException)
        {
            // Destroyed at this very moment: with the member, or because they are old. Else a search finds out.
            plaintext.Clear();
            var ring = keys.Current;
            return ring.Failure is { Reason: not FailureReason.CredentialExpired } failure ? OpenFailures.Blocked(failure).Failure
                : OpenFailures.Of(ring.Time >= session.RetiresAt ? FailureReason.KeyRetired : FailureReason.KeyNotYetReceived, context.Topic, header, session);
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

    private OpenedMessage Open(
        in FoundSession found, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, Activity? span)
    {
        if (TryOpen(found.Session!, header, message, context, out var opened) is { } failure)
            throw new MessageOpenException(Refused(failure, context.Topic, span));

        span?.Opened(header, opened!.Plaintext.Length);
        return opened!;
    }

    private OpenFailure? TryOpen(
        OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, out OpenedMessage? opened)
    {
        var plaintext = new byte[session.Keys!.PlaintextSizeOf(header, message.Length)];
        var failure = Decrypt(session, header, message, context, plaintext);
        opened = failure is null ? new OpenedMessage(plaintext, OriginOf(session, header, context)) : null;
        if (failure is null)
            Opened(session, context.Topic, plaintext.Length);
        return failure;
    }

    private static void RequireEmptyTombstone(int plaintextSize, in MessageContext context)
    {
        if (context.IsTombstone && plaintextSize > 0)
            throw new ArgumentException("The message of a tombstone is empty: the record's value is null.");
    }

    private byte[] ProtectMessage(ReadOnlySpan<byte> plaintext, in MessageContext context)
    {
        // A session may end between the wait and the next line, so the wait may have to be repeated; each is bounded.
        byte[]? message;
        while ((message = TryProtect(plaintext, context)) is null)
            WaitToSendAsync(context.Topic).GetAwaiter().GetResult();
        return message;
    }

    private async Task<byte[]> ProtectMessageAsync(ReadOnlyMemory<byte> plaintext, MessageContext context)
    {
        byte[]? message;
        while ((message = TryProtect(plaintext.Span, context)) is null)
            await WaitToSendAsync(context.Topic).ConfigureAwait(false);
        return message;
    }

    private byte[]? TryProtect(ReadOnlySpan<byte> plaintext, in MessageContext context)
    {
        RequireEmptyTombstone(plaintext.Length, context);
        if (plaintext.Length > MaxPlaintextSize)
        {
            counts.Unsent.Add((context.Topic, FailureReason.MessageTooLarge));
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

    private byte[]? TrySeal(OutboundSession session, ReadOnlySpan<byte> plaintext, in MessageContext context, long now)
    {
        try
        {
            var message = session.TrySeal(plaintext, context, now);
            if (message is not null)
                (session.Protected ??= counts.Protected.Of(context.Topic, session.Statement.Authentication)).Add(plaintext.Length);
            return message;
        }
        catch (ObjectDisposedException)
        {
            // Retired at this very moment.
            return null;
        }
    }
}
