using System.Buffers;
using System.Net.Sockets;

namespace E2EKafka;

/// <summary>Relays bytes between a client and a broker, both ways. Reads on only when the other side has taken what was read.</summary>
internal static class BrokerRelay
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Returns when both sides have ended; throws when one of them breaks off.</summary>
    public static async Task RunAsync(Socket client, Socket broker, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(CopyAsync(client, broker, broken), CopyAsync(broker, client, broken)).ConfigureAwait(false);
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await from.ReceiveAsync(buffer, broken.Token).ConfigureAwait(false) is > 0 and var received)
            {
                for (var sent = 0; sent < received;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), broken.Token).ConfigureAwait(false);
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
}
