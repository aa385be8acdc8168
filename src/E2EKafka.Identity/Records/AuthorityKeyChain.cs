using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// The authority's signing keys, from the first, whose thumbprint is its identifier, to the current one. Each names its successor,
/// so that a reader that knows the identifier can follow.
/// </summary>
internal sealed class AuthorityKeyChain
{
    public const int MaxChanges = 100;

    private readonly List<KeyChange> _keys;

    private AuthorityKeyChain(List<KeyChange> keys) => _keys = keys;

    public SigningPublicKey Current => _keys[^1].Key;

    /// <summary>Follows a chain; <see langword="null"/> where a link is missing.</summary>
    public static AuthorityKeyChain? TryFollow(string projectId, string authority, AuthorityKeys keys)
    {
        if (SigningPublicKey.TryRead(keys.Signing) is not { } first || first.Thumbprint != authority || keys.Changes.Count > MaxChanges)
            return null;

        List<KeyChange> chain = [new KeyChange(first, DateTimeOffset.MinValue)];
        foreach (var text in keys.Changes)
        {
            if (text is null || KeyChange.TryVerify(text, projectId, authority, chain[^1].Key) is not { } next || next.At < chain[^1].At ||
                // A replaced key never counts again.
                chain.Exists(key => key.Key.Thumbprint == next.Key.Thumbprint))
                return null;
            chain.Add(next);
        }

        return new AuthorityKeyChain(chain);
    }

    public bool Contains(string thumbprint) => _keys.Exists(key => key.Key.Thumbprint == thumbprint);

    /// <summary>Whether another chain begins with all of this one.</summary>
    public bool IsContinuedBy(AuthorityKeyChain other) =>
        other._keys.Count >= _keys.Count && _keys.Zip(other._keys).All(pair => pair.First.Key.Thumbprint == pair.Second.Key.Thumbprint);
}
