using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>Signing keys that come from the seed: what is spread by identifier must happen again when a seed is replayed.</summary>
internal static class SeededKeys
{
    public static SigningKey Next(SeededGenerator random)
    {
        var scalar = random.Bytes(32);
        scalar[0] = 0; // below the curve's order
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        return SigningKey.Import(ecdsa.ExportPkcs8PrivateKey());
    }
}
