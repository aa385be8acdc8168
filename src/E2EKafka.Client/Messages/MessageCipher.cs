using System.Buffers.Binary;
using System.Security.Cryptography;
using E2EKafka.Sessions;

namespace E2EKafka.Messages;

/// <summary>AES-256-GCM under a session's key. The nonce is the session's IV xor the sequence. Safe for many threads.</summary>
internal sealed class MessageCipher : IDisposable
{
    private readonly SessionKeys _keys;
    private readonly byte[] _statementHash;
    private readonly ContextPool<AesGcm> _contexts;

    /// <param name="keys">The keys; this object disposes them.</param>
    /// <param name="statementHash">Stands for the statement that they were derived with, 32 bytes.</param>
    public MessageCipher(SessionKeys keys, byte[] statementHash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(statementHash.Length, AssociatedData.StatementHashSize);
        _keys = keys;
        _statementHash = statementHash;
        _contexts = new ContextPool<AesGcm>(() => new AesGcm(_keys.Key.Span, MessageHeader.TagSize));
    }

    public ReadOnlySpan<byte> StatementHash => _statementHash;

    /// <summary>Has a context ready, so that the first message need not wait for it.</summary>
    public void Prepare() => _contexts.Return(_contexts.Take());

    /// <summary>Encrypts into ciphertext ‖ tag.</summary>
    public void Encrypt(uint sequence, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertextAndTag)
    {
        Span<byte> nonce = stackalloc byte[SessionKeys.IvSize];
        WriteNonce(nonce, sequence);
        var context = _contexts.Take();
        try
        {
            context.Encrypt(nonce, plaintext, ciphertextAndTag[..^MessageHeader.TagSize], ciphertextAndTag[^MessageHeader.TagSize..], associatedData);
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    /// <summary>Decrypts ciphertext ‖ tag.</summary>
    /// <returns>Whether it is authentic. If not, <paramref name="plaintext"/> is all zeros.</returns>
    public bool TryDecrypt(uint sequence, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[SessionKeys.IvSize];
        WriteNonce(nonce, sequence);
        var context = _contexts.Take();
        try
        {
            context.Decrypt(nonce, ciphertextAndTag[..^MessageHeader.TagSize], ciphertextAndTag[^MessageHeader.TagSize..], plaintext, associatedData);
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

    private void WriteNonce(Span<byte> nonce, uint sequence)
    {
        _keys.Iv.CopyTo(nonce);
        var last = nonce[^sizeof(uint)..];
        BinaryPrimitives.WriteUInt32BigEndian(last, BinaryPrimitives.ReadUInt32BigEndian(last) ^ sequence);
    }
}
