using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Membership;

/// <summary>
/// The keys that the authority has announced and no document has put in force, each with the credentials that it signed. One key may have
/// announced several: a thief of it can, too, and only a document tells which one the authority follows. For one thread.
/// </summary>
internal sealed class AnnouncedKeys
{
    private readonly Dictionary<string, Announced> _keys = [];

    public IEnumerable<SigningPublicKey> Keys => _keys.Values.Select(announced => announced.Key);

    public SigningPublicKey? Find(string thumbprint) => _keys.GetValueOrDefault(thumbprint)?.Key;

    /// <summary>Takes a key that another key has announced.</summary>
    /// <returns>Whether it is known now: there is room for as many as a document has changes.</returns>
    public bool TryAdd(SigningPublicKey key, string announcedBy)
    {
        if (_keys.Count < AuthorityKeyChain.MaxChanges)
            _keys.TryAdd(key.Thumbprint, new Announced(key, announcedBy));
        return _keys.ContainsKey(key.Thumbprint);
    }

    /// <summary>Keeps a credential by an announced key, if it is its subject's newest by that key.</summary>
    /// <returns>Whether it is.</returns>
    public bool Keep(string thumbprint, Credential credential)
    {
        var credentials = _keys[thumbprint].Credentials;
        if (credentials.TryGetValue(credential.Subject, out var known) && !credential.IsNewerThan(known))
            return false;

        credentials[credential.Subject] = credential;
        return true;
    }

    /// <summary>A document has put a key in force. What it announced stays, and what other keys announced goes.</summary>
    /// <returns>The credentials by the key.</returns>
    public Dictionary<string, Credential> PutInForce(string thumbprint)
    {
        var credentials = _keys.GetValueOrDefault(thumbprint)?.Credentials ?? [];
        foreach (var (other, _) in _keys.Where(pair => !IsAnnouncedBy(pair.Value, thumbprint)).ToList())
            _keys.Remove(other);
        return credentials;
    }

    private bool IsAnnouncedBy(Announced announced, string thumbprint) =>
        announced.By == thumbprint || (_keys.TryGetValue(announced.By, out var by) && IsAnnouncedBy(by, thumbprint));

    private sealed record Announced(SigningPublicKey Key, string By)
    {
        public Dictionary<string, Credential> Credentials { get; } = [];
    }
}
