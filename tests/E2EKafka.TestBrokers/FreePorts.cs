using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace E2EKafka.TestBrokers;

internal static class FreePorts
{
    // Below the range from which Linux gives ports to outgoing connections: such a one could take a stopped broker's port.
    private const int First = 15_000;
    private const int End = 32_000;

    public static IReadOnlyList<int> Take(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (IsFree(port))
                ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
