using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using E2EKafka.Cryptography;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka;

/// <summary>
/// What a project is: its id and name, its authority, the key algorithms it allows, its policy, and which records hold its removals.
/// Signed by the authority and versioned; <c>project.json</c> is a copy that members are given to begin with.
/// </summary>
public sealed class ProjectDocument
{
    private const int SaltSize = 16;
    private const int MaxNameLength = 100;

    /// <summary>How many members' older credentials a document can rule out.</summary>
    internal const int MaxNarrowings = 1_000;

    private readonly Jws _jws;
    private readonly Dictionary<(string Attribute, string Value), long> _groups;
    private readonly AuthorityKeyChain _authorityKeys;
    private readonly HpkePublicKey? _authoritySealingKey;
    private readonly Dictionary<string, long> _narrowings;
    private Dictionary<string, Revocation>? _revocations;

    private ProjectDocument(Jws jws, ProjectClaims claims, AuthorityKeyChain authorityKeys, HpkePublicKey? authoritySealingKey)
    {
        _jws = jws;
        Claims = claims;
        _authorityKeys = authorityKeys;
        _authoritySealingKey = authoritySealingKey;
        _narrowings = claims.Narrowings.ToDictionary(narrowing => narrowing.Sub, narrowing => narrowing.Serial);
        _groups = claims.Groups.ToDictionary(group => (group.Attribute, group.Value), group => group.Version);
        TryResolve(static _ => null);
    }

    /// <summary>The project's id: 43 characters, base64url of a SHA-256 over the authority's identifier and a random value.</summary>
    public string Id => Claims.Aud;

    /// <summary>The project's name, for people.</summary>
    public string Name => Claims.Name;

    /// <summary>The authority's identifier: the RFC 7638 thumbprint of its first public key, 43 characters.</summary>
    public string Authority => Claims.Iss;

    /// <summary>Grows with every change: the time of the change in Unix seconds, or one more than before if that is higher.</summary>
    public long Version => Claims.Version;

    /// <summary>
    /// Whether this is a project for development: members with a vault in memory count as readers that keep their keys, members may create
    /// control topics, no clock is compared with the broker's, and no key is destroyed before its process ends. Chosen when the project is made, and the same in all versions. Default <see langword="false"/>.
    /// </summary>
    public bool IsDevelopment => Claims.Development;

    /// <summary>Who may produce and consume what.</summary>
    public Policy Policy => Claims.Policy;

    /// <summary>The control topics that the project needs, with their settings, in the order to create them.</summary>
    public IReadOnlyList<ControlTopic> ControlTopics => ControlTopic.Of(this);

    /// <summary>The key algorithms that members may have, the one for their own keys first. A name that this release does not know is no error until a member starts.</summary>
    internal IReadOnlyList<string> Algorithms => Claims.Algorithms;

    /// <summary>The KEM that members and the authority make their keys with; <see langword="null"/> if this release does not know it.</summary>
    internal HpkeKem? Kem => HpkeKem.Find(Algorithms[0]);

    internal ProjectClaims Claims { get; }

    internal ControlTopicLayout Control => Claims.Control;

    /// <inheritdoc cref="Policy.LongestKeyRetention"/>
    internal TimeSpan LongestKeyRetention => Policy.LongestKeyRetention;

    /// <summary>The authority's current signing key.</summary>
    internal SigningPublicKey AuthorityKey => _authorityKeys.Current;

    /// <summary>What requests are sealed to.</summary>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.AlgorithmNotAvailable"/>: a key of an algorithm that this release does not know.</exception>
    internal HpkePublicKey AuthoritySealingKey => _authoritySealingKey ?? throw new EndToEndKafkaException(FailureReason.AlgorithmNotAvailable, AlgorithmProblem!);

    /// <summary>Why this release cannot take part in the project, and what to do; <see langword="null"/> if it knows all its algorithms.</summary>
    internal string? AlgorithmProblem => Algorithms.FirstOrDefault(algorithm => HpkeKem.Find(algorithm) is null) is { } unknown
        ? $"Project {Name} allows the key algorithm '{unknown}', which this release of E2EKafka does not know. Use a newer release: ask the project's owner which."
        : null;

    internal DocumentReference Reference => new(Version, _jws.Hash);

    /// <summary>The signed record, as it is published.</summary>
    internal string Record => _jws.Text;

    /// <summary>Reads the content of a <c>project.json</c>.</summary>
    /// <param name="projectJson">The file's content.</param>
    /// <returns>The document, with its signature verified.</returns>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>.</exception>
    public static ProjectDocument Parse(string projectJson)
    {
        ArgumentNullException.ThrowIfNull(projectJson);
        return ProjectFile.Parse(projectJson, "The project file");
    }

    /// <summary>Reads a <c>project.json</c>.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The document, with its signature verified.</returns>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>, also where the file cannot be read.</exception>
    public static ProjectDocument Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = FilePaths.Full(path, "the project file", FailureReason.ProjectInvalid);
        if (FilePaths.FolderProblem(path) is { } folder)
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid, $"The project file '{path}' {folder}");

        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The project file '{path}' cannot be read: {e.Message} Copy project.json from the project's owner to that path, or set the path.");
        }

        return ProjectFile.Parse(text, $"The project file '{path}'");
    }

    /// <summary>Writes what <see cref="Parse"/> reads. There is no secret in it.</summary>
    /// <returns>The content of a <c>project.json</c>.</returns>
    public string ToJson() => JsonSerializer.Serialize(
        new ProjectFile(Id, Name, Authority, _jws.Text),
        new RecordJson(new JsonSerializerOptions(RecordJson.Default.Options) { WriteIndented = true }).ProjectFile);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id}), version {Version}";

    /// <summary>
    /// Verifies a document; <see langword="null"/> if anything is wrong. Its signature must be by the authority's key, which the
    /// document itself proves from the authority's identifier; a document that does not follow from <paramref name="current"/> is refused.
    /// </summary>
    internal static ProjectDocument? TryVerify(Jws jws, ProjectDocument? current)
    {
        if (jws.Type != RecordTypes.Project ||
            jws.ReadUnverified(RecordJson.Default.ProjectClaims) is not { } claims ||
            !IsWellFormed(claims) ||
            (current is not null && claims.Aud != current.Id) ||
            AuthorityKeyChain.TryFollow(claims.Aud, claims.Iss, claims.Authority) is not { } keys ||
            !TryReadSealingKey(claims, out var sealing))
            return null;

        // The successor of a key that we know first stays: an old key that was stolen can name no other.
        var follows = current is null ||
            claims.Development == current.IsDevelopment &&
            claims.Control == current.Control &&
            (claims.Version < current.Version ? keys.IsContinuedBy(current._authorityKeys) : current._authorityKeys.IsContinuedBy(keys));
        return follows && jws.Verify(RecordTypes.Project, claims.Aud, keys.Current)
            ? new ProjectDocument(jws, claims, keys, sealing)
            : null;
    }

    /// <summary>Whether a key is one of the authority's, current or replaced.</summary>
    internal bool HasAuthorityKey(string thumbprint) => _authorityKeys.Contains(thumbprint);

    /// <summary>The claims of a project's first document, which allows the algorithm of the authority's sealing key.</summary>
    internal static ProjectClaims FirstClaims(
        string name, SigningPublicKey authority, HpkePublicKey sealing, ControlTopicLayout control, DateTimeOffset now, bool isDevelopment = false)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return new ProjectClaims(
            Iss: authority.Thumbprint,
            Aud: IdOf(authority.Thumbprint, salt),
            Iat: now.ToUnixTimeSeconds(),
            Version: Math.Max(1, now.ToUnixTimeSeconds()),
            Name: name,
            Salt: salt,
            Authority: new AuthorityKeys(authority.Jwk, sealing.Encoded.ToArray(), []),
            Algorithms: [sealing.Kem.Algorithm],
            Control: control,
            Policy: Policy.AnyMember,
            Development: isDevelopment);
    }

    /// <summary>
    /// What a new policy leaves free for what the document must take later without one, in bytes: all narrowings, removals of 100,000 more
    /// members and four changes of the authority's key.
    /// </summary>
    internal static int RoomToLeave(ProjectClaims claims) => Base64Url.GetEncodedLength(
        (80 * (MaxNarrowings - claims.Narrowings.Count)) + (100 * (Base64UrlBytes.HashLength + 3)) + (4 * 1_000));

    /// <param name="claims">The document.</param>
    /// <param name="key">The authority's key.</param>
    /// <param name="room">How many bytes of the largest record it must leave free. Default: 0.</param>
    internal static ProjectDocument Sign(ProjectClaims claims, SigningKey key, int room = 0)
    {
        if (!IsWellFormed(claims))
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid, claims.Policy.Problem() ?? PrintableText.ProblemOf("The project's name", claims.Name) ??
                $"A project's name has 1 to {MaxNameLength} characters, its control-topic prefix is a topic name, and its control topics have 1 to {ControlTopicLayout.MaxPartitions} partitions. A document has at most {MaxNarrowings} narrowings, {RevocationRecord.MaxRecords} records of removals and {AuthorityKeyChain.MaxChanges} changes of the authority's key.");
        }

        var jws = Jws.TryParse(Jws.Sign(RecordTypes.Project, key, claims, RecordJson.Default.ProjectClaims));
        return (jws is null || jws.Text.Length > Jws.MaxSize - room ? null : TryVerify(jws, current: null)) ??
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The project document does not fit into {Jws.MaxSize - room} bytes. Use topic prefixes in place of single topics.");
    }

    /// <summary>Whether members may have keys of a KEM.</summary>
    internal bool Allows(HpkeKem kem) => Algorithms.Contains(kem.Algorithm);

    /// <summary>Whether the macs of a session prove its origin to one of its reader groups: no former member of the group was given its key.</summary>
    internal bool ProvesOrigin(SessionCore session, string group) =>
        session.ReaderGroups is { } groups && _groups.TryGetValue((groups.Attribute, group), out var version) && session.Document.Version >= version;

    /// <summary>Whether all records of removals that it names are known. Until then it must not be put in force.</summary>
    internal bool IsResolved => _revocations is not null;

    /// <summary>Every removed member's revocation.</summary>
    internal IEnumerable<Revocation> Revocations => _revocations is null ? [] : _revocations.Values;

    /// <summary>Takes the records of removals that it names; none of them if one is missing.</summary>
    /// <param name="find">Finds a record by its hash.</param>
    internal bool TryResolve(Func<string, RevocationRecord?> find)
    {
        if (IsResolved)
            return true;

        var revocations = new Dictionary<string, Revocation>();
        foreach (var hash in Claims.Revocations)
        {
            if (find(hash) is not { } record)
                return false;
            foreach (var revocation in record.Revocations)
                revocations[revocation.Sub] = revocation;
        }

        _revocations = revocations;
        return true;
    }

    internal Revocation? RevocationOf(string member) => _revocations?.GetValueOrDefault(member);

    /// <summary>The lowest serial of a member's credentials that counts.</summary>
    internal long LowestSerialOf(string member) => _narrowings.GetValueOrDefault(member);

    // A key of an algorithm that only a newer release knows cannot be read, which must not hide that a newer release is what is needed.
    private static bool TryReadSealingKey(ProjectClaims claims, out HpkePublicKey? key) =>
        HpkePublicKey.TryImport(claims.Authority.Sealing, out key)
            ? claims.Algorithms.Contains(key.Kem.Algorithm)
            : claims.Algorithms.Any(algorithm => HpkeKem.Find(algorithm) is null);

    private static bool IsWellFormed(ProjectClaims claims) =>
        claims.Version > 0 &&
        claims.Name.Length is > 0 and <= MaxNameLength && PrintableText.ProblemOf("The name", claims.Name) is null &&
        claims.Salt.Length == SaltSize &&
        claims.Aud == IdOf(claims.Iss, claims.Salt) &&
        RecordClock.IsTime(claims.Iat) &&
        claims.Algorithms.Count > 0 && claims.Algorithms.All(algorithm => algorithm is { Length: > 0 and <= 32 }) &&
        claims.Algorithms.Distinct().Count() == claims.Algorithms.Count &&
        claims.Control.IsValid && claims.Authority.Changes.Count <= AuthorityKeyChain.MaxChanges &&
        claims.Policy.Problem() is null &&
        HasGroupsOfPolicy(claims) &&
        claims.Narrowings.Count <= MaxNarrowings &&
        claims.Narrowings.All(narrowing => narrowing is not null && Base64UrlBytes.IsHash(narrowing.Sub) && narrowing.Serial > 0) &&
        claims.Narrowings.DistinctBy(narrowing => narrowing.Sub).Count() == claims.Narrowings.Count &&
        claims.Revocations.Count <= RevocationRecord.MaxRecords &&
        claims.Revocations.All(Base64UrlBytes.IsHash) &&
        claims.Revocations.Distinct().Count() == claims.Revocations.Count;

    private static bool HasGroupsOfPolicy(ProjectClaims claims) =>
        claims.Groups.All(group => group is not null && group.Version > 0 && group.Version <= claims.Version) &&
        claims.Groups.Select(group => (group.Attribute, group.Value)).SequenceEqual(claims.Policy.ListedGroups());

    private static string IdOf(string authority, byte[] salt) =>
        Base64Url.EncodeToString(SHA256.HashData([.. "E2EKafka/1 project\0"u8, .. Encoding.UTF8.GetBytes(authority), .. salt]));
}
