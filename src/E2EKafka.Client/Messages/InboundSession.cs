using System.Security.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.Messages;

/// <summary>A session whose messages this process can open. Safe for many threads, without a lock.</summary>
internal sealed class InboundSession : IDisposable
{
    private readonly MessageCipher _cipher;
    private readonly VerifyingKeys _verifyingKeys;
    private readonly ContextPool<IMessageProof>? _proofs;
    private readonly bool _isComplete;

    /// <param name="statement">The session.</param>
    /// <param name="keys">Its keys; this object disposes them.</param>
    /// <param name="verifyingKeys">What its messages' origin is checked with; this object disposes it.</param>
    public InboundSession(SessionStatement statement, SessionKeys keys, VerifyingKeys verifyingKeys)
    {
        Statement = statement;
        _cipher = new MessageCipher(keys, statement.Hash.ToArray());
        _verifyingKeys = verifyingKeys;
        _proofs = verifyingKeys.CreatePool();
        _isComplete = verifyingKeys.IsComplete;
    }

    public SessionStatement Statement { get; }

    /// <summary>What counts its messages that were opened, since the first one. The same object again for each topic and member.</summary>
    public TrafficCount? Opened { get; set; }

    /// <summary>What proves the origin of a message that opens.</summary>
    public MessageProof ProvenBy => _verifyingKeys.ProvenBy;

    /// <summary>How many bytes of plaintext a message has; below zero if it is too short for the proof that the session demands.</summary>
    public int PlaintextSizeOf(in MessageHeader header, int messageSize) =>
        messageSize - header.Size - MessageHeader.TagSize - _verifyingKeys.Size;

    /// <summary>Verifies a message, then decrypts it, then compares the record's key where both message and context have it.</summary>
    /// <param name="header">The message's header.</param>
    /// <param name="message">The message.</param>
    /// <param name="context">Where it was found. With a record key's hash, a message that is not bound to that key is refused.</param>
    /// <param name="plaintext">Memory of the size that <see cref="PlaintextSizeOf"/> tells.</param>
    /// <returns>Why it is refused; <see langword="null"/> if it is authentic. If refused, <paramref name="plaintext"/> has nothing of it.</returns>
    public FailureReason? Open(in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, Span<byte> plaintext)
    {
        if (PlaintextSizeOf(header, message.Length) < 0)
            return FailureReason.Truncated;
        if (!_isComplete)
            return FailureReason.KeyNotYetReceived;
        if (header.IsTombstone != context.IsTombstone)
            return FailureReason.AuthenticationFailed;
        if (header.IsTombstone && plaintext.Length > 0)
            return FailureReason.TombstoneNotAuthenticated;

        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var associatedData = AssociatedData.Write(buffer, _cipher.StatementHash, context.Component, message[..header.Size]);
        var ciphertextAndTag = message[header.Size..^_verifyingKeys.Size];
        if (_proofs is not null && !IsProven(associatedData, ciphertextAndTag, message[^_verifyingKeys.Size..]))
            return _verifyingKeys.Refusal;
        if (!_cipher.TryDecrypt(header.Sequence, associatedData, ciphertextAndTag, plaintext))
            return FailureReason.AuthenticationFailed;

        // Only an authentic message says which key its producer bound: before this line a difference could be the forger's.
        if (context.RecordKeyHash.IsEmpty || CryptographicOperations.FixedTimeEquals(header.RecordKeyHashIn(message), context.RecordKeyHash.Span))
            return null;

        plaintext.Clear();
        return FailureReason.RecordKeyMismatch;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _proofs?.Dispose();
        _verifyingKeys.Dispose();
    }

    private bool IsProven(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> proof)
    {
        var context = _proofs!.Take();
        try
        {
            return context.Verify(associatedData, ciphertextAndTag, proof);
        }
        finally
        {
            _proofs.Return(context);
        }
    }
}
