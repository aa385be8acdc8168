using E2EKafka.Cryptography;
using E2EKafka.Messages;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>What this member knows of one session.</summary>
internal sealed class KnownSession(SessionAnnouncement announcement) : IDisposable
{
    public SessionAnnouncement Announcement { get; } = announcement;

    /// <summary>What can be sealed to others, if this member holds it.</summary>
    public SecretBytes? Secret { get; private set; }

    public InboundSession? Keys { get; private set; }

    /// <summary>Identifiers of members that may hold the key: the producer, this member or an authorized holder has sealed it to them, or says so.</summary>
    public HashSet<string> SealedTo { get; } = [];

    /// <summary>Those of them that the producer or this member has sealed it to. None is given it by them again.</summary>
    public HashSet<string> GrantedTo { get; } = [];

    public void Grant(IEnumerable<string> members)
    {
        GrantedTo.UnionWith(members);
        SealedTo.UnionWith(GrantedTo);
    }

    /// <summary>Takes a secret, if it is the session's.</summary>
    /// <returns>Whether it is. If not, it was disposed.</returns>
    public bool TryHold(SecretBytes secret)
    {
        var keys = SessionKeys.Derive(secret, Announcement.Statement);
        if (Secret is not null || !keys.Match(Announcement))
        {
            keys.Dispose();
            secret.Dispose();
            return Secret is not null;
        }

        Secret = secret;
        Keys = new InboundSession(Announcement, keys);
        return true;
    }

    public void Dispose()
    {
        Secret?.Dispose();
        Keys?.Dispose();
    }
}
