using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The newest key package of each other member.</summary>
internal sealed class PackageDirectory
{
    private readonly Dictionary<string, KeyPackage> _newest = [];

    public IReadOnlyCollection<KeyPackage> All => _newest.Values;

    public KeyPackage? Of(string member) => _newest.GetValueOrDefault(member);

    /// <summary>How many members can hold what is asked for, this one aside: what attempts at a request for keys are measured by.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isOfGroup">Whether a member is in the asking member's reader group, where the session lists groups.</param>
    /// <param name="now">The time.</param>
    public int CountConsumers(SessionStatement session, Func<string, bool> isOfGroup, DateTimeOffset now) =>
        All.Count(package => package.Accepts(session.Topic, now) && (session.ReaderGroups is null || isOfGroup(package.Member)));

    /// <summary>Takes a verified package. One by a replaced key does not stand in the way, whatever its date.</summary>
    public RecordProblem Observe(KeyPackage package)
    {
        if (_newest.TryGetValue(package.Member, out var known) && known.Claims.Iat > package.Claims.Iat && known.IdentityKey == package.IdentityKey)
            return RecordProblem.Outdated;

        _newest[package.Member] = package;
        return RecordProblem.None;
    }
}
