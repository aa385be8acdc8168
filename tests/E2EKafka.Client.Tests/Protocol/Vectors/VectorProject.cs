using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>
/// The project that the vectors are of: its authority, which has replaced its keys once, and its members. The keys are hashes of their
/// names, so that they were not chosen; signatures and sealed parts differ each time.
/// </summary>
internal sealed class VectorProject : IDisposable
{
    public const string Orders = "orders";

    /// <summary>A session with <see cref="MessageAuthentication.Shared"/>.</summary>
    public const string Metrics = "metrics.cpu";

    /// <summary>With <see cref="HistoryAccess.SinceEnrollment"/>.</summary>
    public const string Joined = "joined";

    /// <summary>With plaintexts and bare nulls let through.</summary>
    public const string Open = "open";

    /// <summary>A session with <see cref="MessageAuthentication.Mac"/>: a MAC for each of <see cref="Groups"/>.</summary>
    public const string Bills = "bills";

    /// <summary>The reader's group.</summary>
    public const string Billing = "billing";

    /// <summary>That no member may produce to.</summary>
    public const string Closed = "closed";

    /// <summary>That the reader may not consume.</summary>
    public const string Secret = "secret";

    private readonly List<IDisposable> _keys = [];

    public VectorProject()
    {
        AuthorityKey = Key("authority");
        NextAuthorityKey = Key("authority, second");
        Sealing = Own(HpkeKem.P256.Import(Fixed("authority sealing")));
        NextSealing = Own(HpkeKem.P256.Import(Fixed("authority sealing, second")));
        Producer = Key("producer");
        Reader = Key("reader");
        Peer = Key("peer");
        Lapsed = Key("lapsed");
        Replaced = Key("replaced");
        Replacing = Key("replacing");
        Stranger = Key("stranger");
        PackageKey = Own(HpkeKem.P256.Import(Fixed("package")));
        HybridPackageKey = Own(HpkeKem.MlKem768P256.Import(Fixed("hybrid package")));

        // Not random, unlike that of a new project.
        var salt = Fixed("salt")[..16];
        var claims = ProjectDocument.FirstClaims("vectors", AuthorityKey.Public, Sealing.PublicKey, new ControlTopicLayout("_e2ekafka", 8), Now.AddDays(-30));
        byte[] named = [.. "E2EKafka/1 project\0"u8, .. Encoding.ASCII.GetBytes(claims.Iss), .. salt];
        First = ProjectDocument.Sign(
            claims with
            {
                Salt = salt,
                Aud = Base64Url.EncodeToString(SHA256.HashData(named)),
                Policy = Policy(),
                Groups = GroupsOf(Policy(), claims.Version),
            },
            AuthorityKey);
        Document = ProjectDocument.Sign(Rotated(First.Claims, AuthorityKey, NextAuthorityKey, NextSealing.PublicKey, RotatedAt), NextAuthorityKey);
        Credentials =
        [
            Credential(Producer, role: "shop"), Credential(Reader, role: "billing"), Credential(Peer, role: "billing"),
            Credential(Lapsed, role: "shop",
                change: claims => claims with { Iat = Seconds(Now) - 172_860, Exp = Seconds(Now) - 60, EnrolledAt = Seconds(Now) - 172_860 }),
            Credential(Replaced, role: "shop", serial: 2, identity: Replacing.Public),
        ];
        Package = KeyPackage.Create(Id, IdOf(Reader), PackageKey.PublicKey, ["*"], isDurable: true, Reader, Earlier, TimeSpan.FromHours(24));
    }

    /// <summary>The reader groups of <see cref="Bills"/>.</summary>
    public static ReaderGroups Groups { get; } = new() { Attribute = "role", Values = [Billing, "audit"] };

    /// <summary>The time of the member that reads, and of Kafka: <c>2026-01-02T03:04:05Z</c>.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>When the process of the member that reads began.</summary>
    public static DateTimeOffset Started { get; } = Now.AddMinutes(-30);

    /// <summary>When what is read before was written.</summary>
    public static DateTimeOffset Earlier { get; } = Now.AddHours(-1);

    /// <summary>When the authority replaced its keys.</summary>
    public static DateTimeOffset RotatedAt { get; } = Now.AddDays(-1);

    public SigningKey AuthorityKey { get; }

    public SigningKey NextAuthorityKey { get; }

    public HpkePrivateKey Sealing { get; }

    public HpkePrivateKey NextSealing { get; }

    public SigningKey Producer { get; }

    public SigningKey Reader { get; }

    /// <summary>Another consumer.</summary>
    public SigningKey Peer { get; }

    /// <summary>A producer whose credential ended a minute ago.</summary>
    public SigningKey Lapsed { get; }

    /// <summary>The first key of a producer that has another now.</summary>
    public SigningKey Replaced { get; }

    /// <summary>The key that it has now.</summary>
    public SigningKey Replacing { get; }

    /// <summary>Not a member.</summary>
    public SigningKey Stranger { get; }

    /// <summary>The reader's.</summary>
    public HpkePrivateKey PackageKey { get; }

    /// <summary>The reader's, of the hybrid KEM.</summary>
    public HpkePrivateKey HybridPackageKey { get; }

    public ProjectDocument First { get; }

    /// <summary>The document in force.</summary>
    public ProjectDocument Document { get; }

    /// <summary>The newest credential of every member.</summary>
    public IReadOnlyList<string> Credentials { get; }

    /// <summary>The reader's newest.</summary>
    public KeyPackage Package { get; }

    public string Id => Document.Id;

    public static byte[] Fixed(string name) => SHA256.HashData(Encoding.ASCII.GetBytes("E2EKafka vectors: " + name));

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    /// <summary>The serial of a member's n-th credential: the authority takes seconds for them, or one more than before.</summary>
    public static long SerialOf(int n) => Seconds(Earlier) + n - 1;

    public static string IdOf(SigningKey first) => first.Public.Thumbprint;

    /// <summary>A record with any payload.</summary>
    public static string Sign(string type, string payload, SigningKey key) => RawJws.Sign(RawJws.Header(type, key), payload, key);

    /// <summary>A record that says who signed it, and that another key signed.</summary>
    public static string Forge(string type, string payload, SigningKey named, SigningKey signing) => RawJws.Sign(RawJws.Header(type, named), payload, signing);

    /// <summary>The same record with another payload.</summary>
    public static string Edit(string record, SigningKey key, string old, string with) =>
        Sign(TestProject.Parse(record).Type, Replace(RawJws.PayloadOf(record), old, with), key);

    public static string Replace(string text, string old, string with) =>
        text.Contains(old, StringComparison.Ordinal) ? text.Replace(old, with,
            StringComparison.Ordinal) : throw new ArgumentException($"Nothing is {old} in {text}");

    /// <summary>The same record with the signature whose s is in the upper or the lower half of the order. Each follows from the other.</summary>
    public static string WithHalf(string record, bool isUpper) =>
        record[..^86] + Base64Url.EncodeToString(WithHalf(Base64Url.DecodeFromChars(record.AsSpan(record.Length - 86)), isUpper));

    /// <inheritdoc cref="WithHalf(string, bool)"/>
    public static byte[] WithHalf(byte[] signature, bool isUpper)
    {
        var order = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = (s > order / 2 == isUpper ? s : order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature.AsSpan(0, 32), .. new byte[32 - bytes.Length], .. bytes];
    }

    /// <summary>A record of the authority, as it stands on its topic.</summary>
    public static VectorRecord OnAuthority(string text, DateTimeOffset? written = null) => VectorRecord.On(ControlPartition.Authority, text, written ?? Now);

    /// <summary>The entries of a document for the reader groups that a policy lists.</summary>
    public static IReadOnlyList<ReaderGroupVersion> GroupsOf(Policy policy, long version) =>
        [.. policy.ListedGroups().Select(group => new ReaderGroupVersion(group.Attribute, group.Value, version))];

    /// <summary>The claims of the document that replaces the authority's keys.</summary>
    public static ProjectClaims Rotated(ProjectClaims claims, SigningKey old, SigningKey key, HpkePublicKey sealing, DateTimeOffset at) => claims with
    {
        Version = Math.Max(claims.Version + 1, Seconds(at)),
        Iat = Seconds(at),
        Authority = claims.Authority with
        {
            Sealing = sealing.Encoded.ToArray(),
            Changes = [.. claims.Authority.Changes, KeyChange.Create(claims.Aud, claims.Iss, old, key.Public, at)],
        },
    };

    /// <summary>What all members have read that read.</summary>
    /// <param name="consumes">The topics that the reader consumes.</param>
    /// <param name="more">What is on the log besides the credentials and the reader's package.</param>
    public object Context(IReadOnlyList<string> consumes, params IEnumerable<VectorRecord> more) => new
    {
        now = Seconds(Now),
        started = Seconds(Started),
        document = Document.Record,
        reader = new
        {
            identifier = IdOf(Reader),
            identityKey = Hex(Fixed("reader")),
            packages = new[]
            {
                new { id = Package.Id, kem = "p256", privateKey = Hex(Fixed("package")), exp = Package.Claims.Exp },
                new { id = KeyPackage.IdOf(HybridPackageKey.PublicKey), kem = "mlkem768-p256", privateKey = Hex(Fixed("hybrid package")),
                    exp = Package.Claims.Exp },
            },
            consumes,
        },
        before = (IEnumerable<VectorRecord>)
        [
            .. Credentials.Select(credential => OnAuthority(credential, Earlier)),
            VectorRecord.On(ControlPartition.Members, Package.Record, Earlier),
            .. more,
        ],
    };

    /// <summary>A document of the next version.</summary>
    public ProjectDocument Next(Func<ProjectClaims, ProjectClaims> change) =>
        ProjectDocument.Sign(change(Document.Claims with { Version = Seconds(Now), Iat = Seconds(Now) }), NextAuthorityKey);

    /// <summary>A record of removals.</summary>
    public RevocationRecord Revocations(params IReadOnlyList<Revocation> revocations) => RevocationRecord.Sign(Id, revocations, NextAuthorityKey);

    /// <summary>The removal of a member: the record of it, and the document that names the record.</summary>
    /// <param name="first">The member's first key.</param>
    /// <param name="kind">Why.</param>
    /// <param name="at">When. Default: now.</param>
    public (RevocationRecord Record, ProjectDocument Document) Without(SigningKey first, RevocationKind kind, long? at = null)
    {
        var record = Revocations(new Revocation(IdOf(first), kind, at ?? Seconds(Now)));
        return (record, Next(claims => claims with { Revocations = [record.Hash] }));
    }

    /// <summary>The removal of a member, as it is published.</summary>
    public VectorRecord[] Removal(SigningKey first, RevocationKind kind, long? at = null)
    {
        var (record, document) = Without(first, kind, at);
        return [OnAuthority(record.Text), OnAuthority(document.Record)];
    }

    /// <summary>What the authority publishes before the document that replaces its keys: the change, and the members' credentials by the next key.</summary>
    public IEnumerable<VectorRecord> BeforeReplacing(ProjectClaims replaced, SigningKey key) =>
        [OnAuthority(replaced.Authority.Changes[^1]), .. Credentials.Select(credential => OnAuthority(SignedAgain(credential, key)))];

    /// <summary>The same credential by another key of the authority.</summary>
    public static string SignedAgain(string credential, SigningKey key) => Sign(RecordTypes.Credential, RawJws.PayloadOf(credential), key);

    /// <summary>A credential.</summary>
    /// <param name="first">The member's first key.</param>
    /// <param name="role">Its attribute.</param>
    /// <param name="serial">Which of the member's credentials it is, from 1.</param>
    /// <param name="identity">The identity key. Default: the first.</param>
    /// <param name="change">What else is said than in an ordinary one.</param>
    /// <param name="key">The authority's key. Default: the current one.</param>
    public string Credential(
        SigningKey first, string role, int serial = 1, SigningPublicKey? identity = null, Func<CredentialClaims, CredentialClaims>? change = null,
        SigningKey? key = null)
    {
        var claims = new CredentialClaims(
            Iss: Document.Authority,
            Aud: Id,
            Sub: IdOf(first),
            Iat: Seconds(Earlier),
            Exp: Seconds(Earlier) + 172_800,
            EnrolledAt: Seconds(Earlier) - 600,
            Serial: SerialOf(serial),
            Cnf: new ConfirmationKey((identity ?? first.Public).Jwk),
            Attributes: new Dictionary<string, string> { ["role"] = role },
            Document: Document.Reference,
            Ticket: EnrollmentTicket.HashOf(Fixed("ticket of " + role)),
            Request: Base64Url.EncodeToString(Fixed("request")));
        return Jws.Sign(RecordTypes.Credential, key ?? NextAuthorityKey, change?.Invoke(claims) ?? claims, RecordJson.Default.CredentialClaims);
    }

    public ControlPartition SessionsOf(string topic) => ControlPartition.SessionsOf(Document.Control, topic);

    public ControlPartition GrantsOf(string member) => ControlPartition.GrantsOf(Document.Control, member);

    public ControlPartition GrantsOfReader => GrantsOf(IdOf(Reader));

    /// <summary>A session of one hour that began now.</summary>
    /// <param name="name">What its secret and its signing key are made of.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="producer">Its producer. Default: <see cref="Producer"/>.</param>
    /// <param name="isShared">Whether its messages are not signed.</param>
    /// <param name="change">What else is stated.</param>
    public VectorSession Session(
        string name, string topic, SigningKey? producer = null, bool isShared = false, Func<SessionCore, SessionCore>? change = null)
    {
        var signing = isShared ? null : Key(name + ", signing");
        var core = TestSession.CoreOf(Document, topic, IdOf(producer ?? Producer), signing?.Public, Now, Now.AddHours(1));
        return Own(new VectorSession(name, producer ?? Producer, change?.Invoke(core) ?? core, signing));
    }

    /// <summary>A session with a MAC for each reader group.</summary>
    /// <param name="name">What its secret and its group keys are made of.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="groups">The reader groups. Default: <see cref="Groups"/>.</param>
    /// <param name="change">What else is stated.</param>
    public VectorSession MacSession(string name, string topic = Bills, ReaderGroups? groups = null, Func<SessionCore, SessionCore>? change = null) => Session(
        name, topic, isShared: true,
        change: core => (change?.Invoke(core) ?? core) with { Authentication = MessageAuthentication.Mac, ReaderGroups = groups ?? Groups });

    /// <summary>The announcement of a session, as it stands on its partition.</summary>
    public VectorRecord Announce(VectorSession session) => VectorRecord.On(SessionsOf(session.Statement.Topic), session.Announcement(), Now);

    /// <summary>A grant of sessions to the reader, as it stands on its partition.</summary>
    public VectorRecord Grant(SigningKey sender, params IEnumerable<VectorSession> sessions) =>
        VectorRecord.On(GrantsOfReader, GrantText(sender, Package, sessions), Now);

    /// <summary>A grant of sessions to a package.</summary>
    public string GrantText(SigningKey sender, KeyPackage package, params IEnumerable<VectorSession> sessions) => KeyGrant.Create(
        Id, IdOf(sender), sender,
        [KeyGrant.Seal([.. sessions.Select(session => (session.Statement, session.Secret, session.KeyOf(Billing)))], package, IdOf(sender))], Now).Single();

    public SigningKey Key(string name) => Own(ScalarKeys.Signing(Fixed(name)));

    public T Own<T>(T key)
        where T : IDisposable
    {
        _keys.Add(key);
        return key;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
    }

    private static Policy Policy() => new()
    {
        Produce = [new PolicyRule { Topics = [Orders, "metrics.*", Joined, Open, Secret, Bills], Attributes = new Dictionary<string,
            IReadOnlyList<string>> { ["role"] = ["shop"] } }],
        Consume = [new PolicyRule { Topics = [Orders, "metrics.*", Joined, Open, Closed, Bills], Attributes = new Dictionary<string,
            IReadOnlyList<string>> { ["role"] = ["billing"] } }],
        Topics =
        [
            new TopicRequirements { Topic = "metrics.*", Authentication = MessageAuthentication.Shared },
            new TopicRequirements { Topic = Joined, History = HistoryAccess.SinceEnrollment },
            new TopicRequirements { Topic = Open, AllowBareTombstones = true, PlaintextUntil = Now.AddDays(1), KeyRetention = TimeSpan.FromDays(3) },
            new TopicRequirements { Topic = Bills, Authentication = MessageAuthentication.Mac, ReaderGroups = Groups },
        ],
    };
}
