using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace E2EKafka;

/// <summary>
/// Relays requests from a client to a broker, and responses back. Reads on only when the other side has taken what was read. What passes as
/// it is passes in pieces, however long it is.
/// </summary>
internal static class BrokerRelay
{
    private const int BufferSize = 64 * 1024;

    // What is seen as a whole: a member's assignment in a group is the longest of it.
    private const int MaxSeenSize = 16 * 1024 * 1024;

    private const int LengthSize = sizeof(int);

    // A request begins with key, version and correlation id; a response with the correlation id.
    private const int RequestHeadSize = 8;
    private const int ResponseHeadSize = 4;

    /// <summary>Returns when both sides have ended; throws when one of them breaks off.</summary>
    public static async Task RunAsync(Socket client, Socket broker, RelayedRequests requests, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(
            CopyRequestsAsync(client, broker, requests, broken),
            CopyAsync(broker, client, ResponseHeadSize, head => requests.ConcernsResponse(BinaryPrimitives.ReadInt32BigEndian(head)), requests.TranslateResponse, broken))
            .ConfigureAwait(false);
    }

    private static async Task CopyRequestsAsync(Socket client, Socket broker, RelayedRequests requests, CancellationTokenSource broken)
    {
        try
        {
            await CopyAsync(client, broker, RequestHeadSize, head => RelayedRequests.Concerns(BinaryPrimitives.ReadInt16BigEndian(head)), requests.Translate, broken)
                .ConfigureAwait(false);
        }
        finally
        {
            // At once, and not when the broker has closed its side too: the client may be back by then.
            requests.Closed();
        }
    }

    private static async Task CopyAsync(
        Socket from, Socket to, int headSize, Func<byte[], bool> concerns, Func<byte[], byte[]> translate, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var reader = new BufferedStream(new NetworkStream(from), BufferSize);
            while (await ReadLengthAsync(reader, buffer, broken.Token).ConfigureAwait(false) is { } length)
            {
                if (length < headSize)
                    throw new InvalidDataException($"A frame of {length} bytes is not Kafka's.");

                await reader.ReadExactlyAsync(buffer.AsMemory(LengthSize, headSize), broken.Token).ConfigureAwait(false);
                var head = buffer[LengthSize..(LengthSize + headSize)];
                if (concerns(head))
                {
                    if (length > MaxSeenSize)
                        throw new InvalidDataException($"A frame of {length} bytes is not expected here.");

                    var frame = new byte[length];
                    head.CopyTo(frame, 0);
                    await reader.ReadExactlyAsync(frame.AsMemory(headSize), broken.Token).ConfigureAwait(false);
                    await KafkaFrame.SendAsync(to, translate(frame), broken.Token).ConfigureAwait(false);
                    continue;
                }

                var inBuffer = LengthSize + headSize;
                for (var left = length - headSize; left > 0 || inBuffer > 0;)
                {
                    var piece = Math.Min(left, buffer.Length - inBuffer);
                    await reader.ReadExactlyAsync(buffer.AsMemory(inBuffer, piece), broken.Token).ConfigureAwait(false);
                    left -= piece;
                    for (var sent = 0; sent < inBuffer + piece;)
                        sent += await to.SendAsync(buffer.AsMemory(sent, inBuffer + piece - sent), broken.Token).ConfigureAwait(false);
                    inBuffer = 0;
                }
            }

            // The other direction may still have something to say.
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>The length of the next frame; <see langword="null"/> if this side has ended.</returns>
    private static async Task<int?> ReadLengthAsync(BufferedStream reader, byte[] buffer, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAtLeastAsync(buffer.AsMemory(0, LengthSize), LengthSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == LengthSize ? BinaryPrimitives.ReadInt32BigEndian(buffer)
            : read == 0 ? null
            : throw new EndOfStreamException("The connection has ended within a frame.");
    }
}
