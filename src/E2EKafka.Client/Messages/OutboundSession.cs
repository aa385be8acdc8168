using E2EKafka.Cryptography;
using E2EKafka.Sessions;

namespace E2EKafka.Messages;

/// <summary>
/// A session that this process encrypts with. It exists in this process's memory only and is never made again from what a
/// vault has, so that no nonce can be used twice. Safe for many threads, without a lock.
/// </summary>
internal sealed class OutboundSession : IDisposable
{
    private readonly SessionLimits _limits;
    private readonly MessageCipher _cipher;
    private readonly ContextPool<MessageSignature>? _signatures;
    private readonly SigningKey? _signingKey;
    private readonly long _endsAt;
    private long _messages;
    private long _bytes;
    private volatile bool _retired;
    private int _successorRequested;
    private int _tookOver;

    /// <param name="announcement">The session.</param>
    /// <param name="keys">Its keys; this object disposes them.</param>
    /// <param name="signingKey">What signs its messages; this object disposes it. None in <see cref="MessageAuthentication.Shared"/>.</param>
    /// <param name="limits">How much it may encrypt.</param>
    public OutboundSession(SessionAnnouncement announcement, SessionKeys keys, SigningKey? signingKey, SessionLimits limits)
    {
        Announcement = announcement;
        _limits = limits;
        _cipher = new MessageCipher(keys, announcement.Statement);
        _signingKey = signingKey;
        _signatures = signingKey is null ? null : new ContextPool<MessageSignature>(() => new MessageSignature(signingKey.CreateSigner()));
        _endsAt = announcement.Ends.UtcTicks;
        Prepare();
    }

    public SessionAnnouncement Announcement { get; }

    /// <summary>How many messages it has encrypted.</summary>
    public long Messages => Math.Min(Interlocked.Read(ref _messages), _limits.Messages);

    /// <summary>Whether a successor is due.</summary>
    public bool IsNearLimit => _limits.IsNear(Interlocked.Read(ref _messages), Interlocked.Read(ref _bytes));

    /// <summary>Whether it may encrypt no more, whatever the clock says.</summary>
    public bool IsExhausted =>
        _retired || Interlocked.Read(ref _messages) >= _limits.Messages || Interlocked.Read(ref _bytes) >= _limits.Bytes;

    /// <summary>True once, for whoever is first to see that a successor is due.</summary>
    public bool TryRequestSuccessor() => IsNearLimit && Interlocked.Exchange(ref _successorRequested, 1) == 0;

    /// <summary>True once, for whoever is first to use it in its predecessor's place.</summary>
    public bool TryTakeOver() => Interlocked.Exchange(ref _tookOver, 1) == 0;

    /// <summary>Ends it at once: the next message finds it unusable.</summary>
    public void Retire() => _retired = true;

    /// <summary>Encrypts a message into a new array of the exact size, unless the session has ended.</summary>
    /// <returns>The message; <see langword="null"/> if the session has ended, by time, by count or by <see cref="Retire"/>.</returns>
    public byte[]? TrySeal(ReadOnlySpan<byte> plaintext, in MessageContext context, long nowTicks)
    {
        if (_retired || nowTicks >= _endsAt || Interlocked.Add(ref _bytes, plaintext.Length) > _limits.Bytes)
            return null;

        // The sequence is ours from here on, whatever fails below: a nonce is spent before it is used.
        var sequence = Interlocked.Increment(ref _messages) - 1;
        if (sequence >= _limits.Messages)
            return null;

        var flags =
            (_signatures is null ? MessageFlags.None : MessageFlags.Signed) |
            (context.IsTombstone ? MessageFlags.Tombstone : MessageFlags.None);
        var sealedSize = MessageHeader.Overhead + plaintext.Length;
        var message = new byte[_signatures is null ? sealedSize : sealedSize + SigningPublicKey.SignatureSize];
        new MessageHeader(flags, Announcement.Id, (uint)sequence).Write(message);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var additionalData = AssociatedData.Write(buffer, _cipher.NamesHash, context);
        _cipher.Encrypt((uint)sequence, additionalData, plaintext, message);
        if (_signatures is not null)
        {
            var signature = _signatures.Take();
            try
            {
                signature.Sign(additionalData, message.AsSpan(0, sealedSize), message.AsSpan(sealedSize));
            }
            finally
            {
                _signatures.Return(signature);
            }
        }

        return message;
    }

    public void Dispose()
    {
        Retire();
        _cipher.Dispose();
        _signatures?.Dispose();
        _signingKey?.Dispose();
    }

    public override string ToString() => Announcement.ToString();

    // To import the keys, and to make a key's first signature, takes fifteen times as long as a message. The first message is not to
    // wait for that: nobody waits for the thread that makes a session.
    private void Prepare()
    {
        _cipher.Prepare();
        if (_signatures is null)
            return;

        var signature = _signatures.Take();
        signature.Sign([], [], stackalloc byte[SigningPublicKey.SignatureSize]);
        _signatures.Return(signature);
    }
}
