namespace E2EKafka;

internal sealed class HpkePrivateKey : IDisposable
{
    public const int Size = 32;
    public HpkePublicKey PublicKey => throw new NotImplementedException();
    public static HpkePrivateKey Generate() => throw new NotImplementedException();
    public static HpkePrivateKey Import(ReadOnlySpan<byte> scalar) => throw new NotImplementedException();
    public SecretBytes Export() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
