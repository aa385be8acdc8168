using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class CredentialVectors
{
    private const string Unknown = nameof(RecordProblem.UnknownSender);
    private static readonly long First = VectorProject.SerialOf(1);
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "credentials", "records", "Credentials that a member reads: which are accepted, and which is their member's newest.",
            project.Context([VectorProject.Orders]));
        var (member, other) = (project.Stranger, VectorProject.IdOf(project.Peer));
        var valid = Of(claims => claims);
        Accept("a credential", valid, member, First);
        Accept("written a day after it was signed", valid, member, First, timestamp: (Now + 86_400) * 1000);
        Accept("one that has ended", Of(claims => claims with { Iat = Now - 7200, Exp = Now - 3600, EnrolledAt = Now - 7200 }), member, First);
        Accept("one that begins later", Of(claims => claims with { Iat = Now + 86_400, Exp = Now + 172_800 }), member, First);
        Accept("31 days", Of(claims => claims with { Exp = claims.Iat + 2_678_400 }), member, First);
        Accept("serial 1", Of(claims => claims with { Serial = 1 }), member, 1);
        Accept("issued in the second in which it was enrolled", Of(claims => claims with { EnrolledAt = claims.Iat }), member, First);
        Accept("enrolled in the first second of 1970", Of(claims => claims with { EnrolledAt = 0 }), member, First);
        Accept("ending with the year 9998", Of(claims => claims with { Iat = 253_370_764_799 - 3600, Exp = 253_370_764_799 }), member, First);
        Accept("64 attributes", Of(claims => claims with { Attributes = Numbered(64) }), member, First);
        Accept("an attribute whose name and value have 256 characters", Of(claims => claims with { Attributes = One(new string('a', 256), new string('x',
            256)) }), member, First);
        Accept("attributes of 4096 characters together", Of(claims => claims with { Attributes = Long(8, 510) }), member, First);
        Accept("a signature whose s is in the upper half of the order", VectorProject.WithHalf(valid, isUpper: true), member, First);
        Accept("a signature whose s is in the lower half of the order", VectorProject.WithHalf(valid, isUpper: false), member, First);
        Accept("version 1 of the document", Of(claims => claims with { Document = claims.Document with { Version = 1 } }), member, First);
        Accept("no attribute", Of(claims => claims with { Attributes = new Dictionary<string, string>() }), member, First);
        Accept("a serial of 2^53 - 1", Of(claims => claims with { Serial = (1L << 53) - 1 }), member, (1L << 53) - 1);

        foreach (var (name, text) in (List<(string, string)>)
        [
            ("an attribute whose name has 257 characters", Of(claims => claims with { Attributes = One(new string('a', 257), "x") })),
            ("an attribute without a name", Of(claims => claims with { Attributes = One("", "x") })),
            ("attributes of 4097 characters together", Of(claims => claims with { Attributes = Long(8, 510, more: 1) })),
            ("ending after the year 9998", Of(claims => claims with { Iat = 253_370_764_799 - 3600, Exp = 253_370_764_800 })),
            ("a serial of 2^53", VectorProject.Edit(valid, project.NextAuthorityKey, $"\"serial\":{First}", "\"serial\":9007199254740992")),
            ("a document's hash that is none", Of(claims => claims with { Document = claims.Document with { Hash = claims.Document.Hash[1..] } })),
            ("more in its key", VectorProject.Edit(valid, project.NextAuthorityKey, "\"kty\":\"EC\"", "\"kty\":\"EC\",\"use\":\"sig\"")),
            ("the members of its key in another order", VectorProject.Edit(valid, project.NextAuthorityKey, "\"kty\":\"EC\",\"crv\":\"P-256\"",
                "\"crv\":\"P-256\",\"kty\":\"EC\"")),
            ("more in its confirmation", VectorProject.Edit(valid, project.NextAuthorityKey, "\"cnf\":{", "\"cnf\":{\"kid\":\"a\",")),
            ("of another authority", Of(claims => claims with { Iss = other })),
            ("of another project", Of(claims => claims with { Aud = other })),
            ("of no identifier", Of(claims => claims with { Sub = other[1..] })),
            ("ending with its beginning", Of(claims => claims with { Exp = claims.Iat })),
            ("31 days and a second", Of(claims => claims with { Exp = claims.Iat + 2_678_401 })),
            ("enrolled after it was issued", Of(claims => claims with { EnrolledAt = claims.Iat + 1 })),
            ("serial 0", Of(claims => claims with { Serial = 0 })),
            ("65 attributes", Of(claims => claims with { Attributes = Numbered(65) })),
            ("an attribute without a value", Of(claims => claims with { Attributes = new Dictionary<string, string> { ["role"] = "" } })),
            ("an attribute of 257 characters", Of(claims => claims with { Attributes = new Dictionary<string, string> { ["role"] = new string('x', 257) } })),
            ("version 0 of the document", Of(claims => claims with { Document = claims.Document with { Version = 0 } })),
            ("a key that is not on the curve", Of(claims => claims with { Cnf = new ConfirmationKey(claims.Cnf.Jwk with { Y = claims.Cnf.Jwk.X }) })),
            ("a payload with a space", VectorProject.Edit(valid, project.NextAuthorityKey, "{\"iss\"", "{ \"iss\"")),
            ("attributes in another order", VectorProject.Edit(valid, project.NextAuthorityKey, "{\"role\":\"shop\"}", "{\"site\":\"a\",\"role\":\"shop\"}")),
            ("an iat after the year 9998", VectorProject.Edit(valid, project.NextAuthorityKey, $"\"iat\":{Now - 3600}", "\"iat\":253370764800")),
            ("signed by a member", Of(claims => claims, project.Peer)),
            ("a wrong signature", valid[..^86] + project.Credentials[0][^86..]),
            ("signed by the authority's first key, which was replaced", Of(claims => claims, project.AuthorityKey)),
            ("signed by the authority's first key, which was replaced, and dated before that",
                Of(claims => At(claims, VectorProject.RotatedAt.AddSeconds(-1)), project.AuthorityKey)),
            ("a ticket that is no hash", Of(claims => claims with { Ticket = claims.Ticket[1..] })),
            ("a request that is no hash", Of(claims => claims with { Request = claims.Request[1..] })),
            ("no request", VectorProject.Edit(valid, project.NextAuthorityKey, $",\"request\":\"{Request(valid)}\"", "")),
        ])
            file.Add(name, new { record = Record(text) }, Unknown, Newest(member, null), "3.3 credential");
        Accept("dated before the authority's second key was in force, which signed it", Of(claims => At(claims, VectorProject.RotatedAt.AddDays(-1))), member, First);
        file.Add("a Kafka timestamp below -1", new { record = Record(valid) with { KafkaTimestamp = -2 } }, nameof(RecordProblem.BadTimestamp),
            Newest(member, null), "3.1 1");
        file.Add("a signature of 85 characters", new { record = Record(valid[..^1]) }, nameof(RecordProblem.Malformed), Newest(member, null), "3.1 2");
        file.Add(
            "on another topic", new { record = VectorRecord.On(ControlPartition.Members, valid, VectorProject.Now) }, nameof(RecordProblem.UnexpectedType),
            Newest(member, null), "3.1 3");

        AddNewest(project, file);
        AddReferences(project, file);
        return file;

        static Dictionary<string, string> Numbered(int count) => Enumerable.Range(10, count).ToDictionary(i => $"{i}", i => "x");

        static Dictionary<string, string> One(string name, string value) => new() { [name] = value };

        // Each has two characters in its name.
        static Dictionary<string, string> Long(int count, int size, int more = 0) =>
            Enumerable.Range(10, count * 2).ToDictionary(i => $"{i}", i => new string('x', (size / 2) - 1 + (i == 10 ? more : 0)));

        string Of(Func<CredentialClaims, CredentialClaims> change, SigningKey? key = null) => RawJws.Sign(
            RecordTypes.Credential, change(TestProject.Parse(project.Credential(member, role: "shop")).ReadUnverified(RecordJson.Default.CredentialClaims)!),
            RecordJson.Default.CredentialClaims, key ?? project.NextAuthorityKey).Text;

        void Accept(string name, string text, SigningKey of, long serial, long? timestamp = null) => file.Add(
            name, new { record = Record(text) with { KafkaTimestamp = timestamp ?? Now * 1000 } }, VectorFile.Accepted, Newest(of, serial));
    }

    private static CredentialClaims At(CredentialClaims claims, DateTimeOffset time) =>
        claims with { Iat = VectorProject.Seconds(time), Exp = VectorProject.Seconds(time) + 172_800, EnrolledAt = VectorProject.Seconds(time) };

    private static string Request(string credential) =>
        TestProject.Parse(credential).ReadUnverified(RecordJson.Default.CredentialClaims)!.Request;

    private static VectorRecord Record(string text) => VectorRecord.On(ControlPartition.Authority, text, VectorProject.Now);

    private static object Newest(SigningKey member, long? serial, SigningKey? key = null) => new
    {
        credential = new { sub = VectorProject.IdOf(member), serial, key = serial is null ? null : (key ?? member).Public.Thumbprint },
    };

    private static void AddNewest(VectorProject project, VectorFile file)
    {
        var member = project.Stranger;
        var other = project.Key("another key");
        Add("a higher serial", Of(2), [Of(1)], 2);
        Add("serials in between missing", Of(9), [Of(1)], 9);
        Add("a lower serial", Of(1), [Of(2)], 2);
        Add("the same serial, read second", project.Credential(member, role: "web", identity: other.Public), [Of(1)], 1);
        Add("a key change", project.Credential(member, role: "shop", serial: 2, identity: other.Public), [Of(1)], 2, other);

        string Of(int serial) => project.Credential(member, role: "shop", serial);

        void Add(string name, string text, IReadOnlyList<string> before, int serial, SigningKey? key = null) => file.Add(
            name, new { before = before.Select(Record), record = Record(text) }, VectorFile.Accepted, Newest(member, VectorProject.SerialOf(serial), key));
    }

    private static void AddReferences(VectorProject project, VectorFile file)
    {
        var later = project.Next(claims => claims);
        var naming = Naming(later.Reference);
        file.Add(
            "one that names a document of a higher version", new { record = Record(naming) }, VectorFile.Accepted,
            new { state = nameof(FailureReason.ProjectOutdated) });
        file.Add(
            "one that names a document of a higher version, which was read before", new { before = new[] { Record(later.Record) }, record = Record(naming) },
            VectorFile.Accepted, new { state = "ready" });
        file.Add(
            "one that names another document of this version",
            new { record = Record(Naming(project.Document.Reference with { Hash = VectorProject.IdOf(project.Stranger) })) },
            VectorFile.Accepted, new { state = nameof(FailureReason.ProjectInvalid) });

        // Which references are compared.
        var (alarm, ready) = (nameof(FailureReason.ProjectInvalid), "ready");
        var (another, hash) = (project.Document.Reference with { Hash = VectorProject.IdOf(project.Stranger) }, VectorProject.IdOf(project.Peer));
        var newest = Record(project.Credential(project.Stranger, role: "shop", serial: 2));
        Add("one that is not the newest, and names another document of this version", [newest], Naming(another), alarm);
        Add("one that has ended, and names another document of this version", [],
            Of(claims => claims with { Document = another, Iat = Now - 7200, Exp = Now - 3600, EnrolledAt = Now - 7200 }), alarm);
        Add("one that names another document of an older version", [], Naming(project.First.Reference with { Hash = hash }), ready);
        Add("one that names a document of an older version that was never read", [], Naming(project.First.Reference with { Version = 5 }), ready);
        Add("two that name two documents of one older version", [Record(Naming(project.First.Reference with { Version = 5 }))],
            Of(claims => claims with { Document = new DocumentReference(5, hash), Serial = claims.Serial + 1 }), ready);
        Add("two that name two documents of one higher version", [Record(naming)],
            Of(claims => claims with { Document = later.Reference with { Hash = hash }, Serial = claims.Serial + 1 }), alarm);
        Add("one that names another document of a higher version, which was read afterwards", [Record(Naming(later.Reference with { Hash = hash }))],
            later.Record, alarm);
        Add("one that names a document of a higher version than another, which is read afterwards",
            [Record(Naming(later.Reference with { Version = later.Version + 1 }))],
            later.Record, nameof(FailureReason.ProjectOutdated));
        var narrowed = project.Next(claims => claims with { Narrowings = [new Narrowing(VectorProject.IdOf(project.Stranger), VectorProject.SerialOf(2))] });
        file.Add(
            "one below the narrowing of its member that names another document of this version",
            new { before = new[] { Record(narrowed.Record) }, record = Record(Naming(narrowed.Reference with { Hash = hash })) },
                nameof(RecordProblem.Outdated),
            new { state = alarm }, "3.3 credential");
        file.Add(
            "one by the authority's first key, which was replaced, that names another document of this version",
            new { record = Record(project.Credential(project.Stranger, role: "shop", change: claims => claims with { Document = another },
                key: project.AuthorityKey)) },
            Unknown, new { state = ready }, "3.3 credential");

        void Add(string name, IReadOnlyList<VectorRecord> before, string text, string state) =>
            file.Add(name, new { before, record = Record(text) }, VectorFile.Accepted, new { state });

        string Of(Func<CredentialClaims, CredentialClaims> change) => project.Credential(project.Stranger, role: "shop", change: change);

        string Naming(DocumentReference document) => Of(claims => claims with { Document = document });
    }
}
