namespace E2EKafka.Simulation;

/// <summary>The project's authority, over the same log.</summary>
internal sealed class SimulatedAuthority
{
    private readonly World _world;
    private SimulatedVault _vault = new(isDurable: true);
    private SimulatedVault? _backup;
    private ProjectAuthority _authority;
    private int _answered;

    public SimulatedAuthority(World world)
    {
        _world = world;
        _authority = ProjectAuthority.Create(_vault, world.Clock, world.CredentialLifetime, "simulation", new ControlTopicLayout("sim", 2), isDevelopment: world.IsDevelopment);
        PublishAll();
    }

    public ProjectDocument Document => _authority.Document;

    public bool IsRunning { get; private set; } = true;

    public EnrollmentTicket CreateTicket(string role) => _authority.CreateTicket(
        new Dictionary<string, string> { ["role"] = role }, uses: 1, TimeSpan.FromDays(30));

    /// <summary>Answers a member that asks directly.</summary>
    /// <returns>Its credential; <see langword="null"/> if it is refused.</returns>
    public Credential? Issue(SigningKey key, EnrollmentTicket? ticket)
    {
        var request = AuthorityRequest.Create(Document, key.Public.Thumbprint, key, ticket, _world.Clock.GetUtcNow());
        var answer = _authority.Answer(request)!;
        _world.Log.Append(ControlPartition.Authority, answer);
        Publish();
        return Credential.TryVerify(Jws.TryParse(answer)!, Document);
    }

    public void Stop() => IsRunning = false;

    public void Start()
    {
        IsRunning = true;
        foreach (var entry in _world.Log[ControlPartition.Authority])
        {
            if (Jws.TryParse(entry.Value) is { } jws)
                _authority.Recover(jws);
        }

        _authority.EndRecovery();
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
    }

    /// <summary>Answers the requests that are in the log.</summary>
    public bool Serve(int count)
    {
        if (!IsRunning)
            return false;

        var requests = _world.Log[ControlPartition.Requests];
        var to = (int)Math.Min(requests.Count, (long)_answered + count);
        var any = _answered < to;
        for (; _answered < to; _answered++)
        {
            if (Jws.TryParse(requests[_answered].Value) is { Type: RecordTypes.AuthorityRequest } jws && _authority.Answer(jws) is { } answer)
            {
                _world.Log.Append(ControlPartition.Authority, answer);
                Publish();
            }
        }

        return any;
    }

    public void SetPolicy(Policy policy)
    {
        _authority.SetPolicy(policy);
        Publish();
    }

    public void Revoke(string member, RevocationKind kind)
    {
        _authority.Revoke(member, kind);
        Publish();
    }

    /// <summary>Replaces the authority's keys, and backs the vault up, as operators are told to.</summary>
    public void RotateKeys()
    {
        _authority.RotateKeys();
        Backup();
        Publish();
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
