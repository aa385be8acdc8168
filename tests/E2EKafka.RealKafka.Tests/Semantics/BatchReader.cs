using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>The headers of the batches that a partition holds, by Kafka's own protocol (Fetch, version 10): a client library shows only their records.</summary>
internal static class BatchReader
{
    private const short Fetch = 1;
    private const short Version = 10;
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The fields of a record batch of version 2: offset, length and epoch, then the magic byte, a checksum, and the attributes.</summary>
    private const int AttributesAt = 21;

    private const int LengthAt = 8;
    private const int Prefix = 12;

    /// <summary>Reads all batches of a partition of a broker that leads it.</summary>
    public static async Task<IReadOnlyList<Batch>> ReadAsync(string broker, string topic, int partition)
    {
        var address = broker.Split(',')[0].Split(':');
        using var client = new TcpClient();
        await client.ConnectAsync(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture));
        var stream = client.GetStream();
        await stream.WriteAsync(Request(topic, partition));
        var size = new byte[4];
        await stream.ReadExactlyAsync(size);
        var response = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await stream.ReadExactlyAsync(response);
        return [.. BatchesIn(RecordsIn(response))];
    }

    private static byte[] Request(string topic, int partition)
    {
        var body = new List<byte>();
        Add16(Fetch);
        Add16(Version);
        Add32(1); // correlation
        AddText("test");
        Add32(-1); // replica
        Add32(0); // longest wait
        Add32(0); // least bytes
        Add32(MaxBytes);
        body.Add(0); // read uncommitted
        Add32(0); // session
        Add32(-1); // none
        Add32(1);
        AddText(topic);
        Add32(1);
        Add32(partition);
        Add32(-1); // leader epoch
        Add64(0); // from the beginning
        Add64(-1); // log start, for replicas
        Add32(MaxBytes);
        Add32(0); // forgotten topics
        var size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, body.Count);
        return [.. size, .. body];

        void Add16(short value) => Add(2, bytes => BinaryPrimitives.WriteInt16BigEndian(bytes, value));

        void Add32(int value) => Add(4, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes, value));

        void Add64(long value) => Add(8, bytes => BinaryPrimitives.WriteInt64BigEndian(bytes, value));

        void AddText(string text)
        {
            Add16((short)text.Length);
            body.AddRange(Encoding.ASCII.GetBytes(text));
        }

        void Add(int size, Action<byte[]> write)
        {
            var bytes = new byte[size];
            write(bytes);
            body.AddRange(bytes);
        }
    }

    // Correlation, throttle time, error, session; one topic with its name; one partition.
    private static byte[] RecordsIn(byte[] response)
    {
        var at = 8;
        Assert.That(Take16(), Is.Zero, "the error of the fetch");
        at += 8;
        var name = Take16();
        at += name + 8;
        Assert.That(Take16(), Is.Zero, "the error of the partition");
        at += 24;
        var aborted = Take32();
        at += 16 * Math.Max(aborted, 0);
        var length = Take32();
        return response[at..(at + length)];

        short Take16()
        {
            at += 2;
            return BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(at - 2));
        }

        int Take32()
        {
            at += 4;
            return BinaryPrimitives.ReadInt32BigEndian(response.AsSpan(at - 4));
        }
    }

    private static IEnumerable<Batch> BatchesIn(byte[] records)
    {
        for (var at = 0; at < records.Length;)
        {
            var size = Prefix + BinaryPrimitives.ReadInt32BigEndian(records.AsSpan(at + LengthAt));
            yield return new Batch(BinaryPrimitives.ReadInt16BigEndian(records.AsSpan(at + AttributesAt)), size);
            at += size;
        }
    }

    /// <summary>A record batch.</summary>
    /// <param name="Attributes">Its attributes.</param>
    /// <param name="Size">Its size in bytes.</param>
    public sealed record Batch(short Attributes, int Size)
    {
        public int Codec => Attributes & 0b111;

        /// <summary>Whether it is a marker of a transaction's end.</summary>
        public bool IsControl => (Attributes & 0b100000) != 0;
    }
}
