using System.Security.Cryptography;

namespace E2EKafka.Client.Tests;

/// <summary>Signing keys from their scalars, which the library itself never takes.</summary>
internal static class ScalarKeys
{
    public static SigningKey Signing(byte[] scalar)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        return SigningKey.Import(key.ExportPkcs8PrivateKey());
    }
}
