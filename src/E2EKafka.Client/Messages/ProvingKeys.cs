using E2EKafka.Cryptography;

namespace E2EKafka.Messages;

/// <summary>
/// What a producer proves the origin of a session's messages with: nothing but the session key, a signing key, or a key for each of its
/// reader groups. It owns them.
/// </summary>
internal sealed class ProvingKeys : IDisposable
{
    private readonly SigningKey? _signingKey;
    private readonly IReadOnlyList<SecretBytes> _groupKeys;

    private ProvingKeys(int size, SigningKey? signingKey, IReadOnlyList<SecretBytes> groupKeys)
    {
        Size = size;
        _signingKey = signingKey;
        _groupKeys = groupKeys;
    }

    /// <summary>The size of a message's proof, in bytes.</summary>
    public int Size { get; }

    /// <summary>None: <see cref="MessageAuthentication.Shared"/>.</summary>
    public static ProvingKeys Shared() => new(ProofSize.Of(MessageAuthentication.Shared), null, []);

    /// <summary>A signing key: <see cref="MessageAuthentication.Signature"/>.</summary>
    public static ProvingKeys Signature(SigningKey key) => new(ProofSize.Of(MessageAuthentication.Signature), key, []);

    /// <summary>Keys of reader groups: <see cref="MessageAuthentication.Mac"/>.</summary>
    /// <param name="groupKeys">1 to 8 keys of 32 bytes, in the statement's order.</param>
    public static ProvingKeys Macs(IReadOnlyList<SecretBytes> groupKeys)
    {
        foreach (var key in groupKeys)
            ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, MessageMacs.KeySize);
        return new ProvingKeys(ProofSize.Of(MessageAuthentication.Mac, groupKeys.Count), null, groupKeys);
    }

    /// <summary>The contexts that make proofs; <see langword="null"/> where there are none to make.</summary>
    public ContextPool<IMessageProof>? CreatePool() =>
        _signingKey is { } key ? new ContextPool<IMessageProof>(() => new MessageSignature(key.CreateSigner()))
        : _groupKeys.Count > 0 ? new ContextPool<IMessageProof>(() => new MessageMacs(_groupKeys))
        : null;

    public void Dispose()
    {
        _signingKey?.Dispose();
        foreach (var key in _groupKeys)
            key.Dispose();
    }
}
