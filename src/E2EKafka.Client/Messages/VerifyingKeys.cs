using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// What a consumer checks the origin of a session's messages with: nothing but the session key, the public signing key, or the key of its
/// own reader group. It owns them.
/// </summary>
internal sealed class VerifyingKeys : IDisposable
{
    private readonly SigningPublicKey? _signingKey;
    private readonly SecretBytes?[] _groupKeys;

    private VerifyingKeys(MessageProof provenBy, int size, SigningPublicKey? signingKey, SecretBytes?[] groupKeys)
    {
        ProvenBy = provenBy;
        Size = size;
        _signingKey = signingKey;
        _groupKeys = groupKeys;
    }

    /// <summary>What is proven where the check succeeds.</summary>
    public MessageProof ProvenBy { get; }

    /// <summary>The size of a message's proof, in bytes.</summary>
    public int Size { get; }

    /// <summary>Whether the check can be made. Without its group's key a reader refuses a session's messages, and never takes them for shared ones.</summary>
    public bool IsComplete => ProvenBy != MessageProof.Mac || _groupKeys.Any(key => key is not null);

    /// <summary>Why a message is refused where the check fails.</summary>
    public FailureReason Refusal => ProvenBy == MessageProof.Signature ? FailureReason.SignatureInvalid : FailureReason.AuthenticationFailed;

    /// <summary>None: <see cref="MessageAuthentication.Shared"/>.</summary>
    public static VerifyingKeys Shared() => new(MessageProof.SharedKey, ProofSize.Of(MessageAuthentication.Shared), null, []);

    /// <summary>A public signing key: <see cref="MessageAuthentication.Signature"/>.</summary>
    public static VerifyingKeys Signature(SigningPublicKey key) => new(MessageProof.Signature, ProofSize.Of(MessageAuthentication.Signature), key, []);

    /// <summary>Keys of reader groups: <see cref="MessageAuthentication.Mac"/>.</summary>
    /// <param name="groupKeys">One for each of 1 to 8 groups, of 32 bytes, in the statement's order; <see langword="null"/> where it is not here. Without any, nothing opens.</param>
    public static VerifyingKeys Macs(SecretBytes?[] groupKeys)
    {
        foreach (var key in groupKeys.OfType<SecretBytes>())
            ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, MessageMacs.KeySize);
        return new VerifyingKeys(MessageProof.Mac, ProofSize.Of(MessageAuthentication.Mac, groupKeys.Length), null, groupKeys);
    }

    /// <summary>What a statement says.</summary>
    /// <param name="statement">The session.</param>
    /// <param name="groupKeys">The keys of its reader groups that are here: a reader's own, a producer's all. They are copied.</param>
    public static VerifyingKeys Of(SessionStatement statement, params IReadOnlyList<GroupKey> groupKeys)
    {
        if (statement.ReaderGroups is not { } groups)
            return statement.SigningKey is { } key ? Signature(key) : Shared();

        var keys = new SecretBytes?[groups.Values.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            if (groupKeys.FirstOrDefault(held => held.Group == groups.Values[i]) is { } held)
                keys[i] = SecretBytes.CopyOf(held.Key.Span);
        }

        return Macs(keys);
    }

    /// <summary>The contexts that check proofs; <see langword="null"/> where there are none to check.</summary>
    public ContextPool<IMessageProof>? CreatePool() =>
        _signingKey is { } key ? new ContextPool<IMessageProof>(() => new MessageSignature(key.CreateVerifier()))
        : ProvenBy == MessageProof.Mac ? new ContextPool<IMessageProof>(() => new MessageMacs(_groupKeys))
        : null;

    public void Dispose()
    {
        foreach (var key in _groupKeys)
            key?.Dispose();
    }
}
