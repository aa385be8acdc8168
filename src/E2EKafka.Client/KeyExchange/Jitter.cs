using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace E2EKafka.KeyExchange;

/// <summary>Spreads members that would do the same thing at the same time. The same names always give the same fraction, so that a simulation repeats.</summary>
internal static class Jitter
{
    /// <summary>A number from 0 up to 1.</summary>
    public static double Of(params ReadOnlySpan<string> names)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', names)));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }
}
