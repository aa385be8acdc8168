namespace E2EKafka.Simulation;

/// <summary>The project's authority, over the same log.</summary>
internal sealed class SimulatedAuthority
{
    private readonly World _world;
    private SimulatedVault _vault = new(isDurable: true);
    private SimulatedVault? _backup;
    private SimulatedVault? _backupBeforeRotation;
    private ProjectAuthority _authority;
    private long _answered;
    private int _answeredLife;

    public SimulatedAuthority(World world)
    {
        _world = world;
        _authority = ProjectAuthority.Create(_vault, world.Clock, world.CredentialLifetime, "simulation", new ControlTopicLayout("sim", 2), isDevelopment: world.IsDevelopment);
        PublishAll();
    }

    public ProjectDocument Document => _authority.Document;

    public bool IsRunning { get; private set; } = true;

    /// <summary>Whether its disk is full. What it would have to write, it does not do.</summary>
    public bool IsDiskFull
    {
        get => _vault.IsFull;
        set => _vault.IsFull = value;
    }

    public EnrollmentTicket CreateTicket(string role)
    {
        // The owner waits until there is room.
        var wasFull = _vault.IsFull;
        _vault.IsFull = false;
        var ticket = _authority.CreateTicket(World.AttributesOf(role), uses: 1, TimeSpan.FromDays(30));
        _vault.IsFull = wasFull;
        return ticket;
    }

    /// <summary>Answers a member that asks directly.</summary>
    /// <returns>Its credential; <see langword="null"/> if it is refused.</returns>
    public Credential? Issue(SigningKey key, EnrollmentTicket? ticket)
    {
        var request = AuthorityRequest.Create(Document, key.Public.Thumbprint, key, ticket, _world.Clock.GetUtcNow());
        if (Try(() => _authority.Answer(request)) is not { } answer)
            return null;

        _world.Log.Append(ControlPartition.Authority, answer);
        Publish();
        return Credential.TryVerify(Jws.TryParse(answer)!, Document);
    }

    public void Stop() => IsRunning = false;

    public void Start()
    {
        IsRunning = true;
        _vault.IsFull = false;
        Recover(_authority);
        PublishAll();
    }

    public void Backup() => _backup = _vault.Copy();

    /// <summary>Replaces the authority by one that is restored from the backup, and merges what it had signed since.</summary>
    public void RestoreFromBackup()
    {
        if (_backup is null)
            return;

        _vault = _backup.Copy();
        _authority.Dispose();
        _authority = ProjectAuthority.Open(_vault, _world.Clock, _world.CredentialLifetime);
        Start();
        _world.Count("authority restored");
    }

    /// <summary>Tries a backup that has the replaced keys. Kafka has a key that the vault lacks, so it must not serve.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryOutdatedBackup()
    {
        if (_backupBeforeRotation is null)
            return false;

        using var outdated = ProjectAuthority.Open(_backupBeforeRotation.Copy(), _world.Clock, _world.CredentialLifetime);
        var stopped = false;
        try
        {
            Recover(outdated);
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.VaultCorrupt)
        {
            stopped = true;
        }

        World.Require(stopped, "an authority serves with keys that were replaced");
        _world.Count("authority stopped by an outdated backup");
        return true;
    }

    /// <summary>The authority's topic is another one, or its head is gone: the authority publishes all again, and backs up what Kafka has lost.</summary>
    public void PublishAgain()
    {
        PublishAll();
        Backup();
    }

    /// <summary>Answers the requests that are in the log.</summary>
    public bool Serve(int count)
    {
        if (!IsRunning)
            return false;

        var requests = _world.Log[ControlPartition.Requests];
        if (_answeredLife != requests.Life)
            (_answeredLife, _answered) = (requests.Life, 0);
        _answered = Math.Max(_answered, requests.Start);
        var to = Math.Min(requests.End, _answered + count);
        var any = _answered < to;
        for (; _answered < to; _answered++)
        {
            if (Jws.TryParse(requests.At(_answered).Value) is { Type: RecordTypes.AuthorityRequest } jws && Try(() => _authority.Answer(jws)) is { } answer)
            {
                _world.Log.Append(ControlPartition.Authority, answer);
                Publish();
            }
        }

        return any;
    }

    public void SetPolicy(Policy policy)
    {
        Try(() => _authority.SetPolicy(policy));
        Publish();
    }

    public void Revoke(string member, RevocationKind kind)
    {
        Try(() => _authority.Revoke(member, kind));
        Publish();
    }

    /// <summary>Replaces the authority's keys, and backs the vault up, as operators are told to.</summary>
    /// <returns>The vault as it was before, for a thief; <see langword="null"/> if nothing was replaced.</returns>
    public SimulatedVault? RotateKeys()
    {
        var before = _vault.Copy();
        if (Try(_authority.RotateKeys) is null)
            return null;

        _backupBeforeRotation = before.Copy();
        Backup();
        Publish();
        return before;
    }

    private void Recover(ProjectAuthority authority)
    {
        foreach (var entry in _world.Log[ControlPartition.Authority])
        {
            if (Jws.TryParse(entry.Value) is { } jws)
                authority.Recover(jws);
        }

        authority.EndRecovery();
    }

    // What the disk does not take has not happened.
    private T? Try<T>(Func<T?> change)
        where T : class
    {
        try
        {
            return change();
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.VaultUnavailable && _vault.IsFull)
        {
            _world.Count("authority could not write");
            return null;
        }
    }

    // What has changed since the last time.
    private void Publish() => Append(_authority.TakeUnpublished());

    // As at each start.
    private void PublishAll()
    {
        _authority.TakeUnpublished();
        Append(_authority.RecordsToPublish(withCredentials: true));
    }

    private void Append(IEnumerable<string> records)
    {
        _world.Introduce(Document);
        foreach (var record in records)
            _world.Log.Append(ControlPartition.Authority, record);
    }
}
