using System.Buffers.Binary;
using System.Net.Sockets;

namespace E2EKafka;

/// <summary>A request or response of the Kafka protocol on the wire: four bytes with its length, and then as many bytes.</summary>
internal static class KafkaFrame
{
    /// <summary>Receives one, without its length.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="maxSize"/> bytes.</exception>
    /// <exception cref="EndOfStreamException">The connection has ended.</exception>
    public static async Task<byte[]> ReceiveAsync(Socket socket, int maxSize, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(int)];
        await FillAsync(socket, length, cancellationToken).ConfigureAwait(false);
        var size = BinaryPrimitives.ReadInt32BigEndian(length);
        if (size < 0 || size > maxSize)
            throw new InvalidDataException($"A frame of {size} bytes is not expected here.");

        var frame = new byte[size];
        await FillAsync(socket, frame, cancellationToken).ConfigureAwait(false);
        return frame;
    }

    /// <summary>Sends one, with its length in front.</summary>
    public static async Task SendAsync(Socket socket, byte[] frame, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(int) + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes.AsSpan(sizeof(int)));
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken).ConfigureAwait(false);
    }

    private static async Task FillAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var received = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (received == 0)
                throw new EndOfStreamException("The connection has ended within a frame.");
            buffer = buffer[received..];
        }
    }
}
