using System.Diagnostics.CodeAnalysis;

namespace E2EKafka;

internal sealed class HpkePublicKey
{
    public const int Size = 65;
    public ReadOnlyMemory<byte> Encoded => throw new NotImplementedException();
    public static bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out HpkePublicKey? key) => throw new NotImplementedException();
}
