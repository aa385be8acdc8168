using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The newest key package of each other member.</summary>
internal sealed class PackageDirectory
{
    private readonly Dictionary<string, KeyPackage> _newest = [];

    public IReadOnlyCollection<KeyPackage> All => _newest.Values;

    public KeyPackage? Of(string member) => _newest.GetValueOrDefault(member);

    /// <summary>How many members consume a topic, this one aside: what attempts at a request for keys are measured by.</summary>
    public int CountConsumers(string topic, DateTimeOffset now) => All.Count(package => package.Accepts(topic, now));

    /// <summary>Takes a verified package. One by a replaced key does not stand in the way, whatever its date.</summary>
    public RecordProblem Observe(KeyPackage package)
    {
        if (_newest.TryGetValue(package.Member, out var known) && known.Claims.Iat > package.Claims.Iat && known.IdentityKey == package.IdentityKey)
            return RecordProblem.Outdated;

        _newest[package.Member] = package;
        return RecordProblem.None;
    }
}
