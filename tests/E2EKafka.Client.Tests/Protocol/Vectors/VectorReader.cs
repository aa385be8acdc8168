using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>The member that reads: a real engine with the keys of a file's context, fed with its records in their order.</summary>
internal sealed class VectorReader : IKeyRingSource, IDisposable
{
    private readonly JsonObject _input;
    private readonly Dictionary<ControlPartition, List<ControlRecord>> _log = [];
    private readonly List<Publication> _published = [];
    private readonly List<string> _looks = [];
    private readonly MemberEngine _engine;
    private readonly MemberIdentity _identity;
    private bool _hasReadMeanwhile;

    public VectorReader(JsonObject context, JsonObject input)
    {
        _input = input;
        var reader = context["reader"]!;
        var project = ProjectDocument.Parse(ProjectFileOf((string)context["document"]!));
        _identity = MemberIdentity.Create(Vault, project.Id, ScalarKeys.Signing(Bytes(reader["identityKey"])));
        foreach (var package in reader["packages"]!.AsArray())
            StorePackageKey(package!);

        Clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds((long)(input["started"] ?? context["started"])!));
        _engine = new MemberEngine(project, ticket: null, Vault, Clock, new KeyLifetimes(), _published.Add, Log);
        if (context["lastRequest"] is { } request)
            PendingRequest(RenewalOf(_engine)) = TestProject.Parse((string)request!).Hash;
        foreach (var topic in reader["consumes"]!.AsArray())
            _engine.Consume((string)topic!);

        Clock.Advance(DateTimeOffset.FromUnixTimeSeconds((long)(input["now"] ?? context["now"])!) - Clock.GetUtcNow());
        foreach (var record in Records(context["before"]).Concat(Records(input["before"])))
            Append(record);
        Settle();
        if (input["lastRequest"] is { } newer)
            PendingRequest(RenewalOf(_engine)) = TestProject.Parse((string)newer!).Hash;
        Assert.That(_engine.Report.Skipped, Is.Empty, "What was read before is accepted.");
    }

    public ManualTimeProvider Clock { get; }

    public DurableVault Vault { get; } = new();

    public CollectingLog Log { get; } = new();

    /// <summary>Whether a grant answers the record.</summary>
    public bool HasAnswered => Answers().Count > 0;

    KeyRing IKeyRingSource.Current => _engine.Ring;

    /// <summary>Reads the record, and what is on the log when a look at another partition is taken.</summary>
    /// <returns>Why it is refused; <see cref="VectorFile.Accepted"/> if it is not.</returns>
    public string Read(JsonNode record)
    {
        _published.Clear();
        _looks.Clear();
        _published.Clear();
        Append(VectorRecord.Read(record));
        Settle();
        return _engine.Report.Skipped.Count == 0 ? VectorFile.Accepted : _engine.Report.Skipped.Single().Key.ToString();
    }

    /// <summary>What the reader knows, as far as the file says what is expected.</summary>
    public JsonNode? Observe(string name, JsonNode expected) => VectorFile.Node(name switch
    {
        "document" => new { version = _engine.Project.Version, hash = _engine.Project.Reference.Hash },
        "state" => _engine.Ring.Failure?.Reason.ToString() ?? "ready",
        "credential" => CredentialOf((string)expected["sub"]!),
        "package" => new { sub = (string)expected["sub"]!, id = PackageOf((string)expected["sub"]!)?.Id },
        "sessions" => SessionsIn(expected.AsArray()),
        "groupKeys" => expected.AsObject().ToDictionary(pair => pair.Key, pair => GroupKeyOf(pair.Key)),
        "secrets" => expected.AsObject().ToDictionary(pair => pair.Key, pair => SecretOf(pair.Key)),
        "answers" => Answers(),
        "looks" => _looks.Distinct(),
        _ => throw new InvalidOperationException($"Nothing is called {name}."),
    });

    void IKeyRingSource.RequestSuccessor(string topic) => throw new InvalidOperationException("A reader sends nothing.");

    Task IKeyRingSource.WaitToSendAsync(string topic) => throw new InvalidOperationException("A reader sends nothing.");

    Task<bool> IKeyRingSource.WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        if ((bool?)_input["canLook"] == false)
            return Searched.Never(cancellationToken);

        foreach (var topic in topics)
        {
            _engine.Consume(topic);
            _engine.Hurry(session, topic);
        }

        ReadMeanwhile();
        Settle();
        return Searched.Of(_engine.Ring, session, topics, cancellationToken);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _identity.Dispose();
        Vault.Dispose();
    }

    /// <summary>Lets time pass, without an acknowledgement of the broker's: nothing is destroyed.</summary>
    public void Pass(DateTimeOffset to)
    {
        Clock.Advance(to - Clock.GetUtcNow());
        _engine.Advance();
    }

    public static byte[] Bytes(JsonNode? hex) => Convert.FromHexString((string)hex!);

    // A refusal answers the request that was made last, and no request can be made twice alike.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_renewal")]
    private static extern ref CredentialRenewal RenewalOf(MemberEngine engine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_member")]
    private static extern ref Member MemberOf(MemberEngine engine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pendingRequest")]
    private static extern ref string? PendingRequest(CredentialRenewal renewal);

    private static string ProjectFileOf(string document)
    {
        var claims = TestProject.Parse(document).ReadUnverified(RecordJson.Default.ProjectClaims)!;
        return $$"""{"project":"{{claims.Aud}}","name":"{{claims.Name}}","authority":"{{claims.Iss}}","document":"{{document}}"}""";
    }

    private static IEnumerable<ControlRecord> Records(JsonNode? records) => (records as JsonArray ?? []).Select(record => VectorRecord.Read(record!));

    private void StorePackageKey(JsonNode package)
    {
        using var key = HpkeKem.Find((string)package["kem"]!)!.Import(Bytes(package["privateKey"]));
        using var stored = key.Store();
        var value = new byte[sizeof(long) + stored.Length];
        BinaryPrimitives.WriteInt64BigEndian(value, (long)package["exp"]!);
        stored.Span.CopyTo(value.AsSpan(sizeof(long)));
        using var batch = new VaultBatch();
        Vault.Write(batch.Put("key-packages", KeyPackage.IdOf(key.PublicKey), value));
    }

    private List<ControlRecord> LogOf(ControlPartition partition)
    {
        if (!_log.TryGetValue(partition, out var records))
            _log[partition] = records = [];
        return records;
    }

    private void Append(ControlRecord record)
    {
        var records = LogOf(record.Partition);
        records.Add(record with { Offset = records.Count });
        _engine.Receive(records[^1]);
    }

    private void Settle()
    {
        CatchUp();
        while (_engine.BeginLooks() is { Count: > 0 } looks)
        {
            _looks.AddRange(looks.Select(look => VectorRecord.NameOf(look.Topic)));
            ReadMeanwhile();
            foreach (var partition in looks)
                _engine.LookFound(partition, LogOf(partition).Count);
            CatchUp();
        }

        // What waits for a record, and for no look.
        if (_engine.Inbox.Waiting > 0)
        {
            ReadMeanwhile();
            CatchUp();
        }

        _engine.WriteCheckpoint();
    }

    private void ReadMeanwhile()
    {
        if (_hasReadMeanwhile)
            return;

        _hasReadMeanwhile = true;
        foreach (var record in Records(_input["meanwhile"]))
            Append(record);
    }

    private void CatchUp()
    {
        foreach (var partition in _engine.Partitions.ToList())
            _engine.CaughtUp(partition, LogOf(partition).Count);
        _engine.Advance();

        // The broker's clock is the reader's.
        foreach (var probe in _published.Where(NetworkMember.IsProbe).ToList())
        {
            _published.Remove(probe);
            probe.Completed(new Acknowledgement(IsDurable: true, Clock.GetUtcNow(), Clock.GetUtcNow()));
            _engine.Advance();
        }
    }

    private Dictionary<string, string> Kept() => new Checkpoint(Vault, new SteadyClock(Clock)).Records().ToDictionary();

    private object CredentialOf(string member)
    {
        var newest = MemberOf(_engine).Directory.Newest(member);
        return new { sub = member, serial = newest?.Claims.Serial, key = newest?.Key.Thumbprint };
    }

    private KeyPackage? PackageOf(string member) =>
        Kept().GetValueOrDefault(Checkpoint.PackageOf(member)) is { } text ? KeyPackage.Read(TestProject.Parse(text)) : null;

    private List<object> SessionsIn(JsonArray expected)
    {
        var kept = Kept().Where(pair => pair.Key.StartsWith("session:", StringComparison.Ordinal))
            .Select(pair => KnownSession.TryRead(System.Text.Encoding.ASCII.GetBytes(pair.Value))!)
            .ToDictionary(session => session.Statement.HashText);
        return
        [
            .. expected.Select(session => kept.TryGetValue((string)session!["statement"]!, out var known)
                ? (object)new
                {
                    statement = known.Statement.HashText,
                    id = known.Statement.Id.ToString(),
                    announcedAt = known.AnnouncedAt.ToUnixTimeSeconds(),
                    verdict = _engine.Ring.Sessions[known.Statement.Id].Refusal?.ToString() ?? VectorFile.Accepted,
                }
                : new { statement = (string)session["statement"]!, verdict = "unknown" }),
        ];
    }

    private string? SecretOf(string statement) =>
        Vault.Read("sessions", statement) is { } stored ? Convert.ToHexStringLower(stored.AsSpan(sizeof(long), SessionKeys.SecretSize)) : null;

    private string? GroupKeyOf(string statement)
    {
        if (Vault.Read("sessions", statement) is not { } stored || KnownSession.TryRestore(stored) is not { } known)
            return null;
        using (known)
            return known.GroupKeys.Count == 0 ? null : Convert.ToHexStringLower(known.GroupKeys.Single().Key.Span);
    }

    private List<object> Answers() =>
    [
        .. from publication in _published
           where publication.Partition.Topic == ControlTopicKind.Grants
           from record in publication.Records
           from recipient in TestProject.Parse(record).ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients
           select (object)new { sub = recipient.Sub, package = recipient.Package, sessions = recipient.Sessions.Select(session => session.Statement) },
    ];
}
