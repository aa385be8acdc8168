namespace E2EKafka.Tests;

/// <summary>
/// A project's control topics in memory, its authority, and members that read and write them: one thread, one clock that stands still
/// unless it is advanced, and always the same order.
/// </summary>
internal sealed class ControlNetwork : IDisposable
{
    private const int MaxRounds = 200;

    private readonly Dictionary<ControlPartition, List<ControlRecord>> _log = [];
    private readonly Dictionary<ControlPartition, int> _starts = [];
    private readonly List<NetworkMember> _members = [];
    private int _requestsRead;

    /// <param name="kem">The KEM of the project's keys. Default: that of new projects.</param>
    /// <param name="isDevelopment">Whether vaults in memory count as lasting.</param>
    public ControlNetwork(HpkeKem? kem = null, bool isDevelopment = true)
    {
        Project = new TestProject(kem: kem, isDevelopment: isDevelopment);
        PublishDocument();
    }

    public TestProject Project { get; }

    public CollectingLog Log { get; } = new();

    /// <summary>The audit log of all members.</summary>
    public CollectingLog Audit { get; } = new();

    /// <summary>Whether the authority answers.</summary>
    public bool AuthorityServes { get; set; } = true;

    public ManualTimeProvider Clock => Project.Clock;

    public DateTimeOffset Now => Project.Now;

    /// <summary>All records of all control topics.</summary>
    public IEnumerable<(ControlPartition Partition, string Text)> Records =>
        _log.SelectMany(pair => pair.Value.Select(record => (pair.Key, TextOf(record))));

    public static string TextOf(ControlRecord record) => System.Text.Encoding.ASCII.GetString(record.Value.Span);

    public ControlPartition SessionsOf(string topic) => ControlPartition.SessionsOf(Project.Document.Control, topic);

    public ControlPartition GrantsOf(string member) => ControlPartition.GrantsOf(Project.Document.Control, member);

    /// <summary>What was granted to a member, and by whom.</summary>
    public IEnumerable<(string Sender, GrantRecipient Recipient)> GrantsTo(string member) =>
        from jws in In(GrantsOf(member), RecordTypes.Grant)
        let grant = jws.ReadUnverified(RecordJson.Default.GrantClaims)!
        from recipient in grant.Recipients
        where recipient.Sub == member
        select (grant.Sub, recipient);

    public List<ControlRecord> In(ControlPartition partition)
    {
        if (!_log.TryGetValue(partition, out var records))
            _log[partition] = records = [];
        return records;
    }

    /// <summary>The offset of the first record that a partition still has.</summary>
    public int StartOf(ControlPartition partition) => _starts.GetValueOrDefault(partition);

    /// <summary>Deletes all records of a partition, as Kafka does after their retention: those that come are numbered on.</summary>
    public void CutOff(ControlPartition partition) => _starts[partition] = In(partition).Count;

    /// <summary>The records of one type in a partition.</summary>
    public IEnumerable<Jws> In(ControlPartition partition, string type) =>
        In(partition).Select(record => Jws.TryParse(record.Value.Span)).OfType<Jws>().Where(jws => jws.Type == type);

    /// <summary>Writes any record. Nothing here asks by whom.</summary>
    public void Append(ControlPartition partition, ReadOnlyMemory<byte> record, DateTimeOffset? timestamp = null) =>
        In(partition).Add(new ControlRecord(partition, record, timestamp ?? Now));

    public void Append(ControlPartition partition, string record, DateTimeOffset? timestamp = null) =>
        Append(partition, System.Text.Encoding.ASCII.GetBytes(record), timestamp);

    /// <summary>Publishes what the authority has changed, and its document.</summary>
    public void PublishDocument()
    {
        foreach (var record in Project.Authority.TakeUnpublished().Append(Project.Document.Record))
            Append(ControlPartition.Authority, record);
    }

    public void SetPolicy(Policy policy)
    {
        Project.Authority.SetPolicy(policy);
        PublishDocument();
    }

    public void Demand(TopicRequirements requirements) => SetPolicy(Project.Document.Policy with { Topics = [requirements] });

    public void Revoke(NetworkMember member, RevocationKind kind)
    {
        Project.Authority.Revoke(member.Identifier, kind);
        PublishDocument();
    }

    /// <summary>Enrolls a member without a process: its credential is published, and the test signs what it says.</summary>
    public TestMember Enroll(params (string Name, string Value)[] attributes)
    {
        var member = Project.Join(attributes);
        Append(ControlPartition.Authority, member.Credential.Text);
        return member;
    }

    /// <summary>Starts a process with a vault of its own, or with one of an earlier process.</summary>
    public NetworkMember Join(
        IEnumerable<string>? produce = null, IEnumerable<string>? consume = null, IVaultStore? vault = null, KeyLifetimes? lifetimes = null,
        EnrollmentTicket? ticket = null, TimeSpan ahead = default, bool areStamped = true, params (string Name, string Value)[] attributes)
    {
        var member = new NetworkMember(this, vault ?? new MemoryVault(), ticket ?? Project.Ticket(lifetime: TimeSpan.FromDays(1), attributes: attributes), lifetimes ?? new KeyLifetimes(), ahead: ahead)
        {
            AreStamped = areStamped,
        };
        foreach (var topic in produce ?? [])
            member.Exchange.Produce(topic);
        foreach (var topic in consume ?? [])
            member.Exchange.Consume(topic);
        _members.Add(member);
        Settle();
        return member;
    }

    /// <summary>Ends a process, as SIGKILL does.</summary>
    public void Kill(NetworkMember member)
    {
        _members.Remove(member);
        member.Dispose();
    }

    /// <summary>Has all members read and write until none has anything to do at this time.</summary>
    public void Settle()
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var before = _log.Values.Sum(records => records.Count);
            ServeRequests();
            var lost = false;
            foreach (var member in _members.ToList())
                lost |= member.Step();
            if (lost || _log.Values.Sum(records => records.Count) == before)
                return;
        }

        throw new InvalidOperationException("The members write without end.");
    }

    /// <summary>Lets time pass in steps, and all members do what falls due.</summary>
    public void Pass(TimeSpan time, TimeSpan? step = null)
    {
        for (var end = Now + time; Now < end;)
        {
            var by = step ?? TimeSpan.FromSeconds(1);
            Clock.Advance(by < end - Now ? by : end - Now);
            Settle();
        }
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        Project.Dispose();
    }

    private void ServeRequests()
    {
        var requests = In(ControlPartition.Requests);
        while (AuthorityServes && _requestsRead < requests.Count)
        {
            if (Jws.TryParse(requests[_requestsRead++].Value.Span) is { } jws && jws.Type == RecordTypes.AuthorityRequest &&
                Project.Authority.Answer(jws) is { } answer)
            {
                foreach (var record in Project.Authority.TakeUnpublished().Prepend(answer))
                    Append(ControlPartition.Authority, record);
            }
        }
    }
}
