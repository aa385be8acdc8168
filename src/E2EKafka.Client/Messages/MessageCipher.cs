using System.Buffers.Binary;
using System.Security.Cryptography;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.Messages;

/// <summary>AES-256-GCM under a session's key. The nonce is the session's IV xor the sequence. Safe for many threads.</summary>
internal sealed class MessageCipher : IDisposable
{
    private readonly SessionKeys _keys;
    private readonly byte[] _namesHash;
    private readonly ContextPool<AesGcm> _contexts;

    /// <param name="keys">The keys; this object disposes them.</param>
    /// <param name="statement">The statement that they were derived with.</param>
    public MessageCipher(SessionKeys keys, SessionStatement statement)
    {
        _keys = keys;
        _namesHash = statement.Hash();
        _contexts = new ContextPool<AesGcm>(() => new AesGcm(_keys.Key.Span, MessageHeader.TagSize));
    }

    public ReadOnlySpan<byte> NamesHash => _namesHash;

    /// <summary>Has a context ready, so that the first message need not wait for it.</summary>
    public void Prepare() => _contexts.Return(_contexts.Take());

    /// <summary>Encrypts into a message whose header is written already.</summary>
    public void Encrypt(uint sequence, ReadOnlySpan<byte> additionalData, ReadOnlySpan<byte> plaintext, Span<byte> message)
    {
        Span<byte> nonce = stackalloc byte[SessionKeys.IvSize];
        WriteNonce(nonce, sequence);
        Span<byte> authenticated = stackalloc byte[MessageHeader.Size + AssociatedData.MaxSize];
        var context = _contexts.Take();
        try
        {
            context.Encrypt(
                nonce,
                plaintext,
                message.Slice(MessageHeader.Size, plaintext.Length),
                message.Slice(MessageHeader.Size + plaintext.Length, MessageHeader.TagSize),
                Concatenate(message[..MessageHeader.Size], additionalData, authenticated));
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    /// <summary>Decrypts header ‖ ciphertext ‖ tag.</summary>
    /// <returns>Whether it is authentic. If not, <paramref name="plaintext"/> is all zeros.</returns>
    public bool TryDecrypt(uint sequence, ReadOnlySpan<byte> additionalData, ReadOnlySpan<byte> message, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[SessionKeys.IvSize];
        WriteNonce(nonce, sequence);
        Span<byte> authenticated = stackalloc byte[MessageHeader.Size + AssociatedData.MaxSize];
        var context = _contexts.Take();
        try
        {
            context.Decrypt(
                nonce,
                message.Slice(MessageHeader.Size, plaintext.Length),
                message[^MessageHeader.TagSize..],
                plaintext,
                Concatenate(message[..MessageHeader.Size], additionalData, authenticated));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            plaintext.Clear();
            return false;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    public void Dispose()
    {
        _contexts.Dispose();
        _keys.Dispose();
    }

    private static ReadOnlySpan<byte> Concatenate(ReadOnlySpan<byte> header, ReadOnlySpan<byte> additionalData, Span<byte> buffer)
    {
        header.CopyTo(buffer);
        additionalData.CopyTo(buffer[MessageHeader.Size..]);
        return buffer[..(MessageHeader.Size + additionalData.Length)];
    }

    private void WriteNonce(Span<byte> nonce, uint sequence)
    {
        _keys.Iv.CopyTo(nonce);
        var last = nonce[^sizeof(uint)..];
        BinaryPrimitives.WriteUInt32BigEndian(last, BinaryPrimitives.ReadUInt32BigEndian(last) ^ sequence);
    }
}
