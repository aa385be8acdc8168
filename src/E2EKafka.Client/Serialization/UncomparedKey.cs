using System.Buffers;
using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// A bound message that a value's deserializer opened without the record's key, for a caller of Consume on the same thread who gets the
/// key as bytes afterwards. It has a copy of the record's value, which a refusal hands over unchanged.
/// </summary>
internal sealed class UncomparedKey : IDisposable
{
    [ThreadStatic]
    private static UncomparedKey? _current;

    private readonly UncomparedKey? _outer;
    private readonly byte[] _hash = new byte[MessageContext.RecordKeyHashSize];
    private Headers? _headers;
    private byte[]? _value;
    private int _valueSize;
    private MessageProtector? _protector;
    private OpenableSession? _session;
    private MessageHeader _header;

    private UncomparedKey()
    {
        _outer = _current;
        _current = this;
    }

    /// <summary>From now on until it is disposed, messages on this thread are reported.</summary>
    public static UncomparedKey Watch() => new();

    /// <param name="protector">What opened the message.</param>
    /// <param name="session">Its session.</param>
    /// <param name="header">Its header.</param>
    /// <param name="message">The message.</param>
    /// <param name="received">The record's value.</param>
    public static void Report(
        MessageProtector protector, OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in ReceivedValue received)
    {
        if (_current is not { } current)
            return;

        current.ReturnValue();
        (current._protector, current._session, current._header, current._headers) = (protector, session, header, received.Context.Headers);
        header.RecordKeyHashIn(message).CopyTo(current._hash);
        if (received.IsNull)
            return;

        current._value = ArrayPool<byte>.Shared.Rent(received.Data.Length);
        current._valueSize = received.Data.Length;
        received.Data.CopyTo(current._value);
    }

    /// <summary>Whether a record is the one that was reported.</summary>
    public bool Is(Headers? headers) => headers is not null && ReferenceEquals(headers, _headers);

    /// <summary>Whether a key is that of the record that was reported.</summary>
    public bool Matches(byte[]? key)
    {
        Span<byte> hash = stackalloc byte[MessageContext.RecordKeyHashSize];
        RecordKeyHash.Write(key, key is null, hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    /// <summary>Why the record that was reported is refused, whose key does not match.</summary>
    public OpenFailure Refuse(string topic) =>
        _protector!.Refused(OpenFailures.Of(FailureReason.RecordKeyMismatch, topic, _header, _session!), topic);

    /// <summary>The reported record's value, as Kafka has it.</summary>
    public byte[]? CopyValue() => _value?[.._valueSize];

    public void Dispose()
    {
        _current = _outer;
        ReturnValue();
    }

    private void ReturnValue()
    {
        if (_value is not null)
            ArrayPool<byte>.Shared.Return(_value);
        _value = null;
    }
}
