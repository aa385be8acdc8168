using E2EKafka.Cryptography;
using E2EKafka.Sessions;

namespace E2EKafka.Messages;

/// <summary>A session whose messages this process can open. Safe for many threads, without a lock.</summary>
internal sealed class InboundSession : IDisposable
{
    private readonly MessageCipher _cipher;
    private readonly ContextPool<MessageSignature>? _signatures;

    /// <param name="announcement">The session.</param>
    /// <param name="keys">Its keys; this object disposes them.</param>
    public InboundSession(SessionAnnouncement announcement, SessionKeys keys)
    {
        Announcement = announcement;
        _cipher = new MessageCipher(keys, announcement.Statement);
        _signatures = announcement.SigningKey is { } signingKey
            ? new ContextPool<MessageSignature>(() => new MessageSignature(signingKey.CreateVerifier()))
            : null;
    }

    public SessionAnnouncement Announcement { get; }

    /// <summary>How many bytes of plaintext a message has.</summary>
    public static int PlaintextSizeOf(in MessageHeader header, int messageSize) =>
        messageSize - (header.IsSigned ? MessageHeader.SignedOverhead : MessageHeader.Overhead);

    /// <summary>Verifies a message, then decrypts it.</summary>
    /// <returns>Why it is refused; <see langword="null"/> if it is authentic.</returns>
    public FailureReason? Open(in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext context, Span<byte> plaintext)
    {
        // The announcement fixes the mode. A flag that disagrees was altered, or is an attempt to have the signature ignored.
        if (header.IsSigned != (_signatures is not null))
            return FailureReason.WrongAuthentication;
        if (header.IsTombstone != context.IsTombstone)
            return FailureReason.AuthenticationFailed;
        if (header.IsTombstone && plaintext.Length > 0)
            return FailureReason.TombstoneNotAuthenticated;

        Span<byte> buffer = stackalloc byte[AssociatedData.MaxSize];
        var additionalData = AssociatedData.Write(buffer, _cipher.NamesHash, context);
        if (_signatures is not null)
        {
            var signed = message[..^SigningPublicKey.SignatureSize];
            var signature = _signatures.Take();
            try
            {
                if (!signature.Verify(additionalData, signed, message[signed.Length..]))
                    return FailureReason.SignatureInvalid;
            }
            finally
            {
                _signatures.Return(signature);
            }

            message = signed;
        }

        return _cipher.TryDecrypt(header.Sequence, additionalData, message, plaintext) ? null : FailureReason.AuthenticationFailed;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _signatures?.Dispose();
    }
}
