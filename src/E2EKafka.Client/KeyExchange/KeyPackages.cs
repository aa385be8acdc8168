using System.Buffers.Binary;
using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>This member's own key packages: made, replaced, and their private keys destroyed in time.</summary>
internal sealed class KeyPackages : IDisposable
{
    private const string Collection = "key-packages";

    private readonly Member _member;
    private readonly Dictionary<string, OwnKeyPackage> _keys = [];
    private readonly RetrySchedule _schedule;
    private readonly UnknownRows _setAside;
    private KeyPackage? _current;
    private string? _unheard;
    private DateTimeOffset _lastIssue;
    private bool _publishing;
    private long? _currentOffset;
    private bool _isGone;

    public KeyPackages(Member member)
    {
        _member = member;
        _schedule = new RetrySchedule(member.Steady, member.Lifetimes);
        _setAside = new UnknownRows(member);
        foreach (var (id, value) in member.Vault.List(Collection))
        {
            if (value.Length > sizeof(long) && HpkePrivateKey.TryRestore(value.AsSpan(sizeof(long))) is { } key &&
                BinaryPrimitives.ReadInt64BigEndian(value) is var end && RecordClock.IsTime(end))
                _keys[id] = new OwnKeyPackage(key, RecordClock.ToTime(end));
            else
                _setAside.Add(Collection, id, value);
            CryptographicOperations.ZeroMemory(value);
        }
    }

    /// <summary>The newest package that is in the log for certain.</summary>
    public KeyPackage? Current => _current;

    /// <summary>Why there is none yet; <see langword="null"/> if there is one.</summary>
    public MemberFailure? Awaited => _current is not null ? null : new MemberFailure(FailureReason.NotReady, _publishing
        ? $"This member's key package is being published on {_member.Directory.Project.Control.Members}; the broker has not acknowledged it yet. If that lasts, check the broker and its in-sync replicas."
        : _member.Vault.Problem ?? $"This member has not published its key package on {_member.Directory.Project.Control.Members} yet; the log has Kafka's answer (event 15), if it was tried.");

    /// <summary>The packages whose private keys we have, for a status.</summary>
    public IReadOnlyList<KeyPackageStatus> Status =>
    [
        .. _keys.OrderBy(pair => pair.Value.ExpiresAt).Select(pair => new KeyPackageStatus(
            pair.Key, pair.Key == _current?.Id, pair.Value.ExpiresAt, pair.Value.ExpiresAt + _member.Lifetimes.KeyPackageGrace))
    ];

    /// <summary>Takes note of a package of ours, published in an earlier life, whose private key we still have.</summary>
    /// <param name="package">The package.</param>
    /// <param name="offset">Where it was read.</param>
    /// <returns>Whether it is the newest.</returns>
    public bool Recall(KeyPackage package, long? offset = null)
    {
        if (!_keys.ContainsKey(package.Id) || (_current is not null && package.Claims.Iat < _current.Claims.Iat))
            return false;

        (_current, _currentOffset) = (package, offset);
        return true;
    }

    /// <summary>Publishes that nothing may be sealed to the current package any more: the same key, and no topics.</summary>
    public void Retire(Action done)
    {
        if (_current is not { } package || _member.Credential is null)
        {
            done();
            return;
        }

        var signedAt = NextIssue(_member.Now);
        var retired = KeyPackage.Create(
            _member.ProjectId, _member.Identifier, package.Key, [], _member.Vault.IsDurable, _member.Identity.Key, signedAt, _member.Lifetimes.KeyPackage);
        _member.Publish(ControlPartition.Members, [retired.Record], signedAt, _ => done());
    }

    /// <summary>Whether the log has lost our package, and has not got it again.</summary>
    public bool IsGone => _isGone;

    /// <summary>The log has lost what stood before an offset. A package that did is published again.</summary>
    /// <returns>Whether ours did.</returns>
    public bool PublishAgain(long before)
    {
        if (_isGone || _current is null || (_currentOffset ?? -1) >= before)
            return _isGone;

        // A process that starts before that is done must not count on it either.
        _member.Checkpoint.Forget(Checkpoint.PackageOf(_member.Identifier));
        return _isGone = true;
    }

    /// <summary>Destroys the private keys that nothing in the log can be sealed to which is still to be read.</summary>
    /// <param name="afterLook">Has something done when all grants were read up to an end that is asked for from now on.</param>
    public void DestroyOld(Action<Action> afterLook)
    {
        // Nothing is sealed to a package after it expired, and a grant is not longer than the grace on its way into the log.
        foreach (var own in _keys.Values.Where(own => !own.IsLastLookTaken && _member.Clock.IsPast(own.ExpiresAt + _member.Lifetimes.KeyPackageGrace)))
        {
            own.IsLastLookTaken = true;
            afterLook(() => own.IsReadOut = true);
        }

        _setAside.Retire(_member.Lifetimes.KeyPackageGrace);
        var old = _keys.Where(pair => pair.Value.IsReadOut).ToList();
        if (old.Count == 0)
            return;

        using var batch = new VaultBatch();
        foreach (var (id, own) in old)
        {
            batch.Delete(Collection, id);
            own.Key.Dispose();
            _keys.Remove(id);
        }

        _member.Vault.Write(batch);
    }

    /// <summary>Publishes a package when one is due.</summary>
    /// <param name="topics">The topics that this member consumes.</param>
    public void Advance(IReadOnlyCollection<string> topics)
    {
        var now = _member.Now;
        if (topics.Count == 0 || _publishing || !_schedule.IsDue || _member.Credential is null ||
            _member.Directory.Project.Kem is not { } kem || !IsDue(topics, kem, now))
            return;

        // One key is published until that is acknowledged: a broker that acknowledges nothing must not fill the vault with keys.
        var key = _unheard is { } unheard && _keys.GetValueOrDefault(unheard)?.Key is { } made && made.PublicKey.Kem == kem ? made : kem.Generate();
        var signedAt = NextIssue(now);
        var package = KeyPackage.Create(
            _member.ProjectId, _member.Identifier, key.PublicKey, [.. topics.Order(StringComparer.Ordinal)],
            _member.Vault.IsDurable, _member.Identity.Key, signedAt, _member.Lifetimes.KeyPackage);
        _unheard = package.Id;
        Store(package, key);
        _schedule.Attempt();
        _publishing = true;
        _member.Publish(ControlPartition.Members, [package.Record], signedAt, delivered =>
        {
            _publishing = false;
            if (!delivered)
                return;

            _unheard = null;
            _schedule.Reset();
            if (_current?.Id != package.Id)
                (_current, _currentOffset) = (package, null);
            _isGone = false;
            _member.Log.KeyPackagePublished(package.Id, package.ExpiresAt);
        });
    }

    // Readers take the package with the latest time. A clock that was set back by as much as is allowed must not make the next one lose.
    private DateTimeOffset NextIssue(DateTimeOffset now)
    {
        var last = _current is { } current && RecordClock.ToTime(current.Claims.Iat) > _lastIssue ? RecordClock.ToTime(current.Claims.Iat) : _lastIssue;
        var isAhead = last >= now && last - now <= 2 * BrokerClock.MaxDifference;
        return _lastIssue = isAhead ? last + TimeSpan.FromSeconds(1) : now;
    }

    /// <summary>The private key of a package.</summary>
    public HpkePrivateKey? KeyOf(string package) => _keys.GetValueOrDefault(package)?.Key;

    public void Dispose()
    {
        foreach (var own in _keys.Values)
            own.Key.Dispose();
    }

    private bool IsDue(IReadOnlyCollection<string> topics, HpkeKem kem, DateTimeOffset now) =>
        _current is null ||
        _isGone ||
        _current.Key.Kem != kem ||
        _current.IdentityKey != _member.Identity.Key.Public.Thumbprint ||
        now >= RecordClock.ToTime(_current.Claims.Iat) + _member.Lifetimes.KeyPackageRenewal ||
        topics.Any(topic => !_current.Consumes(topic));

    // In the vault before it is in the log: nothing may be sealed to a key that a crash would lose.
    private void Store(KeyPackage package, HpkePrivateKey key)
    {
        using var stored = key.Store();
        Span<byte> value = stackalloc byte[sizeof(long) + HpkePrivateKey.StoredSize];
        BinaryPrimitives.WriteInt64BigEndian(value, package.Claims.Exp);
        stored.Span.CopyTo(value[sizeof(long)..]);
        using var batch = new VaultBatch();
        _member.Vault.Write(batch.Put(Collection, package.Id, value));
        CryptographicOperations.ZeroMemory(value);
        _keys[package.Id] = new OwnKeyPackage(key, package.ExpiresAt);
    }
}
