using System.Diagnostics.CodeAnalysis;

namespace E2EKafka.Cryptography;

/// <summary>A public key to seal to. An instance exists only for a key that its KEM has validated.</summary>
internal abstract class HpkePublicKey : IEquatable<HpkePublicKey>
{
    private readonly byte[] _encoded;

    private protected HpkePublicKey(byte[] encoded) => _encoded = encoded;

    public abstract HpkeKem Kem { get; }

    /// <summary>The encoding (SerializePublicKey), <see cref="HpkeKem.PublicKeySize"/> bytes.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Takes exactly the one encoding of a valid key of the KEM that has keys of this length; any other bytes, of any length, give false.</summary>
    public static bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out HpkePublicKey? key)
    {
        key = null;
        foreach (var kem in HpkeKem.All)
        {
            if (kem.PublicKeySize == encoded.Length)
                key = kem.TryImport(encoded);
        }

        return key is not null;
    }

    /// <summary>Encap: a fresh shared secret, and what lets the owner of this key have it too.</summary>
    public abstract HpkeEncapsulation Encapsulate();

    public bool Equals(HpkePublicKey? other) => other is not null && Encoded.SequenceEqual(other.Encoded);

    public override bool Equals(object? obj) => Equals(obj as HpkePublicKey);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Encoded);
        return hash.ToHashCode();
    }
}
