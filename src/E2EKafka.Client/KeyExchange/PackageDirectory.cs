using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Everybody's newest key package.</summary>
internal sealed class PackageDirectory
{
    private readonly Dictionary<string, KeyPackage> _newest = [];

    public IReadOnlyCollection<KeyPackage> All => _newest.Values;

    public KeyPackage? Of(string member) => _newest.GetValueOrDefault(member);

    /// <summary>Takes a verified package. One by a replaced key does not stand in the way, whatever its date.</summary>
    public RecordProblem Observe(KeyPackage package)
    {
        if (_newest.TryGetValue(package.Member, out var known) && known.Claims.Iat > package.Claims.Iat && known.IdentityKey == package.IdentityKey)
            return RecordProblem.Outdated;

        _newest[package.Member] = package;
        return RecordProblem.None;
    }
}
