using System.Buffers.Binary;

namespace E2EKafka.Records;

/// <summary>A session's id: 16 bytes, the beginning of its statement's hash.</summary>
internal readonly record struct SessionId(UInt128 Value)
{
    /// <summary>In bytes.</summary>
    public const int Size = 16;

    public static SessionId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", null);
}
