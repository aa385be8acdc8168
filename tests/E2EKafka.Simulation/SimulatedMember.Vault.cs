using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <content>What happens to its vault.</content>
internal sealed partial class SimulatedMember
{
    private static readonly string[] Collections = ["sessions", "key-packages", "checkpoint", "project", "identity"];

    private SimulatedVault? _backup;
    private Dictionary<(string Collection, string Name), DateTimeOffset> _foreignRowsOfBackup = [];
    private DateTimeOffset _writableSince;

    /// <summary>Rows that no release knows, and when each ends.</summary>
    public Dictionary<(string Collection, string Name), DateTimeOffset> ForeignRows { get; private set; } = [];

    /// <summary>Whether everything that it wants in its vault has been there for long enough.</summary>
    public bool IsVaultWritten => !_vault.IsFull && _world.Clock.GetUtcNow() >= _writableSince;

    /// <summary>Whether the authority has replaced the identity key that its vault has: the vault was restored from a backup.</summary>
    public bool IsOutlived =>
        _world.Notary.KeyOf(Identifier) is { } key && !((string[])["key", "next-key"]).Any(name =>
            _vault.Read("identity", name) is { } stored && SigningKey.Import(stored).Public.Thumbprint == key);

    /// <summary>The disk of its vault is full from now on, or not any more. Memory is never full.</summary>
    public void SetDiskFull(bool isFull)
    {
        isFull &= _vault.IsDurable;
        if (_vault.IsFull && !isFull)
            _writableSince = _world.Clock.GetUtcNow() + TimeSpan.FromSeconds(15);
        _vault.IsFull = isFull;
    }

    /// <summary>Copies its vault.</summary>
    /// <returns>Whether it can be copied.</returns>
    public bool TryBackup()
    {
        if (!_vault.IsDurable)
            return false;

        (_backup, _foreignRowsOfBackup) = (_vault.Copy(), new(ForeignRows));
        return true;
    }

    /// <summary>Whether there is a copy of its vault.</summary>
    public bool HasBackup => _backup is not null;

    /// <summary>Starts it from the copy of its vault, which may be old.</summary>
    public void Restore()
    {
        if (IsRunning)
            Crash(loseVault: false);
        (_vault, ForeignRows) = (_backup!.Copy(), new(_foreignRowsOfBackup));
        Start();
    }

    /// <summary>Enrolls again as another member, as its owner does where the vault is worth nothing any more.</summary>
    public void BeginAgain()
    {
        Crash(loseVault: true);
        Start();
    }

    /// <summary>Damages a row of its vault.</summary>
    /// <returns>Which; <see langword="null"/> if there is none.</returns>
    public string? Damage(SeededGenerator random)
    {
        var collection = random.Pick(Collections);

        // Without its keys a member must enroll again. Tests of the vault have that.
        var names = collection == "identity" ? ["credential"] : _vault.List(collection).Keys.Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0 || _vault.Read(collection, names[0]) is null)
            return null;

        var name = random.Pick(names);
        _vault.Damage(collection, name);
        return $"{collection}/{name}";
    }

    /// <summary>Adds a row of a newer release, while the member is down.</summary>
    public void AddForeignRow(SeededGenerator random)
    {
        var collection = random.Pick(Collections[..2]);
        var end = _world.Clock.GetUtcNow() + TimeSpan.FromMinutes(random.Next(900) - 600);
        end = DateTimeOffset.FromUnixTimeSeconds(end.ToUnixTimeSeconds());
        var name = $"newer-{random.Next(1 << 30)}";
        var value = new byte[100];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(value, end.ToUnixTimeSeconds());
        random.Bytes(92).CopyTo(value, 8);
        _vault.AddForeign(collection, name, value);
        ForeignRows[(collection, name)] = end;
    }
}
