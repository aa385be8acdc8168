using System.Buffers.Binary;
using System.Text;

namespace E2EKafka;

/// <summary>Reads a request of the Kafka protocol: its header (version 1) and, field by field, what follows.</summary>
internal sealed class KafkaRequestReader
{
    public const short SaslHandshake = 17;
    public const short ApiVersions = 18;
    public const short SaslAuthenticate = 36;

    private readonly byte[] _frame;
    private int _position;

    /// <exception cref="InvalidDataException">The header is cut off.</exception>
    public KafkaRequestReader(byte[] frame)
    {
        _frame = frame;
        Key = ReadInt16();
        Version = ReadInt16();
        Correlation = ReadInt32();
        _ = ReadString(); // the client's name for itself
    }

    public short Key { get; }

    public short Version { get; }

    /// <summary>The client's number for the request, which the response repeats.</summary>
    public int Correlation { get; }

    /// <summary>Where the next field begins.</summary>
    public int Position => _position;

    /// <exception cref="InvalidDataException">The number is cut off.</exception>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    /// <exception cref="InvalidDataException">The number is cut off.</exception>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <exception cref="InvalidDataException">The value is cut off.</exception>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <exception cref="InvalidDataException">The string is cut off.</exception>
    public string? ReadString()
    {
        var length = ReadInt16();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <exception cref="InvalidDataException">The bytes are cut off.</exception>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _frame.Length - _position)
            throw new InvalidDataException("The request is cut off.");
        _position += count;
        return _frame.AsSpan(_position - count, count);
    }
}
