using E2EKafka.Diagnostics;
using E2EKafka.Records;
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
    private readonly ProvingKeys _provingKeys;
    private readonly ContextPool<IMessageProof>? _proofs;
    private readonly long _endsAt;
    private readonly SessionUsage _usage = new();
    private volatile bool _retired;
    private int _successorRequested;
    private int _tookOver;

    /// <param name="statement">The session.</param>
    /// <param name="keys">Its keys; this object disposes them.</param>
    /// <param name="provingKeys">What proves the origin of its messages; this object disposes it.</param>
    /// <param name="limits">How much it may encrypt.</param>
    public OutboundSession(SessionStatement statement, SessionKeys keys, ProvingKeys provingKeys, SessionLimits limits)
    {
        Statement = statement;
        _limits = limits;
        _cipher = new MessageCipher(keys, statement.Hash.ToArray());
        _provingKeys = provingKeys;
        _proofs = provingKeys.CreatePool();
        _endsAt = statement.Ends.UtcTicks;
        Prepare();
    }

    public SessionStatement Statement { get; }

    /// <summary>What counts its messages, since the first one.</summary>
    public TrafficCount? Protected { get; set; }

    /// <summary>How many messages it has encrypted.</summary>
    public long Messages => Math.Min(Interlocked.Read(ref _usage.Messages), _limits.Messages);

    /// <summary>Whether a successor is due.</summary>
    public bool IsNearLimit => _limits.IsNear(Interlocked.Read(ref _usage.Messages), Interlocked.Read(ref _usage.Bytes));

    /// <summary>Whether it may encrypt no more, whatever the clock says.</summary>
    public bool IsExhausted =>
        _retired || Interlocked.Read(ref _usage.Messages) >= _limits.Messages || Interlocked.Read(ref _usage.Bytes) >= _limits.Bytes;

    /// <summary>True once, for the first caller to see that a successor is due.</summary>
    public bool TryRequestSuccessor() => IsNearLimit && Interlocked.Exchange(ref _successorRequested, 1) == 0;

    /// <summary>True once, for the first caller to use it in its predecessor's place.</summary>
    public bool TryTakeOver() => Interlocked.Exchange(ref _tookOver, 1) == 0;

    /// <summary>Ends it at once: the next message finds it unusable.</summary>
    public void Retire() => _retired = true;

    /// <summary>Encrypts a message into a new array of the exact size, unless the session has ended.</summary>
    /// <returns>The message; <see langword="null"/> if the session has ended, by time, by count or by <see cref="Retire"/>.</returns>
    public byte[]? TrySeal(ReadOnlySpan<byte> plaintext, in MessageContext context, long nowTicks)
    {
        if (_retired || nowTicks >= _endsAt || Interlocked.Add(ref _usage.Bytes, plaintext.Length) > _limits.Bytes)
            return null;

        // The sequence is ours from here on, whatever fails below: a nonce is spent before it is used.
        var sequence = Interlocked.Increment(ref _usage.Messages) - 1;
        if (sequence >= _limits.Messages)
            return null;

        var flags =
            (context.IsTombstone ? MessageFlags.Tombstone : MessageFlags.None) |
            (context.RecordKeyHash.IsEmpty ? MessageFlags.None : MessageFlags.KeyBound);
        var header = new MessageHeader(flags, Statement.Id, (uint)sequence);
        var sealedSize = header.Size + plaintext.Length + MessageHeader.TagSize;
        var message = new byte[sealedSize + _provingKeys.Size];
        header.Write(message, context.RecordKeyHash.Span);
        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var associatedData = AssociatedData.Write(buffer, _cipher.StatementHash, context.Component, message.AsSpan(0, header.Size));
        var ciphertextAndTag = message.AsSpan(header.Size..sealedSize);
        _cipher.Encrypt((uint)sequence, associatedData, plaintext, ciphertextAndTag);
        if (_proofs is not null)
            Prove(associatedData, ciphertextAndTag, message.AsSpan(sealedSize));

        return message;
    }

    public void Dispose()
    {
        Retire();
        _cipher.Dispose();
        _proofs?.Dispose();
        _provingKeys.Dispose();
    }

    public override string ToString() => Statement.ToString();

    private void Prove(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> proof)
    {
        var context = _proofs!.Take();
        try
        {
            context.Prove(associatedData, ciphertextAndTag, proof);
        }
        finally
        {
            _proofs.Return(context);
        }
    }

    // To import the keys, and to make a key's first signature, takes fifteen times as long as a message. The first message is not to
    // wait for that: no caller waits for the thread that makes a session.
    private void Prepare()
    {
        _cipher.Prepare();
        if (_proofs is not null)
            Prove([], [], stackalloc byte[_provingKeys.Size]);
    }
}
