using System.Buffers.Binary;
using System.Text;

namespace E2EKafka;

/// <summary>Writes a response of the Kafka protocol: its header (version 0) and, field by field, what follows.</summary>
internal sealed class KafkaResponseWriter
{
    private readonly List<byte> _bytes = [];

    public KafkaResponseWriter(int correlation) => Write(correlation);

    public void Write(short value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Write(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Write(string? value)
    {
        Write((short)(value is null ? -1 : Encoding.UTF8.GetByteCount(value)));
        _bytes.AddRange(Encoding.UTF8.GetBytes(value ?? ""));
    }

    public byte[] ToArray() => [.. _bytes];
}
