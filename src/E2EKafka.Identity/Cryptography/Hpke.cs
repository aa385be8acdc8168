namespace E2EKafka;

internal static class Hpke
{
    public const int Overhead = HpkePublicKey.Size + 16;

    public static byte[] Seal(HpkePublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext) =>
        throw new NotImplementedException();

    public static SecretBytes? TryOpen(HpkePrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> sealedBytes) =>
        throw new NotImplementedException();
}
