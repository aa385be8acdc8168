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

    /// <summary>Of a message's proof, in bytes.</summary>
    public int Size { get; }

    /// <summary>Whether the check can be made. Without its group's key a reader refuses a session's messages, and never takes them for shared ones.</summary>
    public bool IsComplete => ProvenBy != MessageProof.Mac || _groupKeys.Any(key => key is not null);

    /// <summary>Why a message is refused where the check fails.</summary>
    public FailureReason Refusal => ProvenBy == MessageProof.Signature ? FailureReason.SignatureInvalid : FailureReason.AuthenticationFailed;

    /// <summary>None: <see cref="MessageAuthentication.Shared"/>.</summary>
    public static VerifyingKeys Shared() => new(MessageProof.SharedKey, ProofSize.Of(MessageAuthentication.Shared), null, []);

    /// <summary>A public signing key: <see cref="MessageAuthentication.Signature"/>.</summary>
    public static VerifyingKeys Signature(SigningPublicKey key) => new(MessageProof.Signature, ProofSize.Of(MessageAuthentication.Signature), key, []);

    /// <summary>The key of this member's reader group: <see cref="MessageAuthentication.Mac"/>.</summary>
    /// <param name="groups">How many groups the session lists, 1 to 8.</param>
    /// <param name="index">Which of them is this member's, from 0, in the statement's order.</param>
    /// <param name="key">Its key, 32 bytes.</param>
    public static VerifyingKeys Mac(int groups, int index, SecretBytes key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, MessageMacs.KeySize);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, groups);
        var size = ProofSize.Of(MessageAuthentication.Mac, groups);
        var keys = new SecretBytes?[groups];
        keys[index] = key;
        return new VerifyingKeys(MessageProof.Mac, size, null, keys);
    }

    /// <summary>No key of the reader groups that the session lists: nothing opens.</summary>
    /// <param name="groups">How many groups the session lists, 1 to 8.</param>
    public static VerifyingKeys MacWithoutKey(int groups) =>
        new(MessageProof.Mac, ProofSize.Of(MessageAuthentication.Mac, groups), null, new SecretBytes?[groups]);

    /// <summary>What a statement says.</summary>
    public static VerifyingKeys Of(SessionStatement statement) => statement.Authentication switch
    {
        MessageAuthentication.Signature => Signature(statement.SigningKey!),
        MessageAuthentication.Shared => Shared(),

        // A statement lists no reader groups yet. Until it does, nothing of such a session opens.
        _ => MacWithoutKey(groups: 1),
    };

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
