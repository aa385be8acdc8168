using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class KeyRequestVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var session = project.Session("session", VectorProject.Orders);
        var metrics = project.Session("session of metrics", VectorProject.Metrics, isShared: true);
        var package = Package(project, project.Peer, "package of peer");
        var file = new VectorFile(
            "key-requests", "records",
            "Requests for keys that another holder reads: the checks of 3.1, and what it grants. It holds the secrets of two sessions, and is not their producer.",
            project.Context(
                [VectorProject.Orders, VectorProject.Metrics, VectorProject.Bills],
                project.Announce(session), project.Announce(metrics), project.Grant(project.Producer, session, metrics), Members(package)));
        var request = Request(package);
        var member = new MemberRecordVectors(project, file, ControlPartition.Requests, RecordTypes.KeyRequest, project.Peer, request)
        {
            Role = VectorProject.Billing,
            WithPackage = (first, key) =>
            {
                // Its hash lets this holder answer the first attempt (rule 7).
                var own = Enumerable.Range(0, 100).Select(i => Package(project, first, $"package {i} of {VectorProject.IdOf(first)}", identity: key))
                    .First(own => Fraction(own, project) < 0.25);
                return (own, VectorProject.Replace(By(first), package.Id, own.Id), new Dictionary<string, object>(Answers(own,
                    session)) { ["looks"] = new[] { "authority" } });
            },
        };
        member.Accept("a request", request, Answers(package, session));
        member.Accept("for two sessions", Request(package, sessions: [session, metrics]), Answers(package, session, metrics));
        member.AddAll();
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("attempt 0", "\"attempt\":1", "\"attempt\":0"),
            ("a session twice", "}]}", $"}},{{\"topic\":\"orders\",\"statement\":\"{session.Statement.HashText}\"}}]}}"),
            ("a session with a group", "\"}]}", "\",\"group\":\"billing\"}]}"),
            ("a session of a topic pattern", "\"topic\":\"orders\"", "\"topic\":\"orders*\""),
            ("attempt 65", "\"attempt\":1", "\"attempt\":65"),
            ("no session", RawJws.PayloadOf(request)[RawJws.PayloadOf(request).IndexOf("\"sessions\"", StringComparison.Ordinal)..], "\"sessions\":[]}"),
            ("a package's hash of 42 characters", package.Id, package.Id[1..]),
        ])
            member.Refuse(name, member.Edited(old, with), RecordProblem.Malformed, "3.1 4");
        member.Refuse(
            "by a copy of the reader",
            KeyRequest.Create(project.Id, VectorProject.IdOf(project.Reader), project.Package.Id, attempt: 1, [session.Statement], project.Reader,
                VectorProject.Now),
            RecordProblem.Conflict, "3.1 request", expected: new { state = nameof(FailureReason.IdentityCloned) });
        AddAnswers(project, file, package, session, Request);
        return file;

        string By(SigningKey first) => VectorProject.Replace(RawJws.PayloadOf(request), VectorProject.IdOf(project.Peer), VectorProject.IdOf(first));

        string Request(KeyPackage of, int attempt = 1, IReadOnlyList<VectorSession>? sessions = null, int at = 0) => KeyRequest.Create(
            project.Id, VectorProject.IdOf(project.Peer), of.Id, attempt, (sessions ?? [session]).Select(asked => asked.Statement), project.Peer,
            VectorProject.Now.AddSeconds(at));
    }

    private static Dictionary<string, object> Answers(KeyPackage package, params IEnumerable<VectorSession> sessions) => new()
    {
        ["answers"] = new[] { new { sub = package.Member, package = package.Id, sessions = sessions.Select(session => session.Statement.HashText) } },
    };

    private static Dictionary<string, object> AfterLook(Dictionary<string, object> expected) => new(expected) { ["looks"] = new[] { "members" } };

    private static VectorRecord Members(KeyPackage package) => VectorRecord.On(ControlPartition.Members, package.Record, VectorProject.Earlier);

    private static KeyPackage Package(VectorProject project, SigningKey member, string name, IReadOnlyList<string>? topics = null, SigningKey? identity = null)
    {
        using var key = HpkeKem.P256.Import(VectorProject.Fixed(name));
        return KeyPackage.Create(
            project.Id, VectorProject.IdOf(member), key.PublicKey, topics ?? [VectorProject.Orders, VectorProject.Metrics], isDurable: true, identity ?? member,
            VectorProject.Earlier, TimeSpan.FromHours(24));
    }

    private static void AddAnswers(
        VectorProject project, VectorFile file, KeyPackage package, VectorSession session, Func<KeyPackage, int, IReadOnlyList<VectorSession>?, int,
        string> request)
    {
        Dictionary<string, object> none = new() { ["answers"] = Array.Empty<object>() };
        var second = Package(project, project.Peer, "second package of peer");
        Add("for a package that is not the sender's newest, after a look", [Record(request(second, 1, null, 0))], VectorFile.PassedOver, AfterLook(none));
        Add(
            "for a package that is read in the look", [Record(request(second, 1, null, 0))], VectorFile.Accepted,
            AfterLook(Answers(second, session)), meanwhile: [Members(second)]);
        Add("attempt 64 without those before it", [Record(request(package, 64, null, 0))], VectorFile.PassedOver, none);
        var alike = Base64UrlBytes.TryDecode(session.Statement.HashText)!;
        alike[31] ^= 1;
        Add(
            "for another statement with the session's id",
            [Record(VectorProject.Edit(request(package, 1, null, 0), project.Peer, session.Statement.HashText,
                System.Buffers.Text.Base64Url.EncodeToString(alike)))],
            VectorFile.PassedOver, none);
        Add(
            "for the session in another topic",
            [Record(VectorProject.Edit(request(package, 1, null, 0), project.Peer, "\"topic\":\"orders\"", "\"topic\":\"metrics.cpu\""))],
                VectorFile.PassedOver, none);
        var unknown = project.Session("session 1", VectorProject.Orders);
        Add("for a session that the holder does not know", [Record(request(package, 1, [unknown], 0))], VectorFile.PassedOver, none);
        Add(
            "by a member that may not consume the topic",
            [Members(Package(project, project.Producer, "package of producer")),
                Record(By(project.Producer, Package(project, project.Producer, "package of producer")))],
            VectorFile.PassedOver, none);
        Add("by a removed member", [.. project.Removal(project.Peer, RevocationKind.Departed), Record(request(package, 1, null, 0))],
            VectorFile.PassedOver, none);

        AddRights(project, file, session);
        AddGroups(project, file);
        AddAttempts(project, file, package, session, request);

        // Rule 7. The first of such packages for which the hash keeps this holder from answering the first attempt.
        var others = new[]
        {
            Members(Package(project, project.Producer, "package of producer")),
            Members(Package(project, project.Replaced, "package of replaced", identity: project.Replacing)),
        };
        var unlucky = Enumerable.Range(0,
            100).Select(i => Package(project, project.Peer, $"package {i} of peer")).First(package => Fraction(package, project) is > 0.4 and < 0.9);
        VectorRecord[] before = [.. others, Members(unlucky) with { KafkaTimestamp = VectorProject.Earlier.ToUnixTimeMilliseconds() }];
        Add("the first attempt, which is another holder's to answer", [.. before, Record(request(unlucky, 1, null, 0))], VectorFile.PassedOver, none);
        Add(
            "the second attempt, 2 s after the first", [.. before, Record(request(unlucky, 1, null, -2), -2), Record(request(unlucky, 2, null, 0))],
            VectorFile.Accepted, Answers(unlucky, session));
        Add(
            "the second attempt, 1.999 s after the first",
            [.. before, Record(request(unlucky, 1, null, -2), -2) with { KafkaTimestamp = (Now * 1000) - 1999 }, Record(request(unlucky, 2, null, 0))],
            VectorFile.PassedOver, none);
        Add("the second attempt without the first", [.. before, Record(request(unlucky, 2, null, 0))], VectorFile.PassedOver, none);
        Add(
            "the third attempt after the first", [.. before, Record(request(unlucky, 1, null, -60), -60), Record(request(unlucky, 3, null, 0))],
            VectorFile.PassedOver, none);

        VectorRecord Record(string text, int at = 0) => VectorRecord.On(ControlPartition.Requests, text, VectorProject.Now.AddSeconds(at));

        string By(SigningKey member, KeyPackage of) => KeyRequest.Create(
            project.Id, VectorProject.IdOf(member), of.Id, attempt: 1, [session.Statement], member, VectorProject.Now);

        void Add(string name, IReadOnlyList<VectorRecord> records, string result, object expected, IReadOnlyList<VectorRecord>? meanwhile = null) => file.Add(
            name, new { before = records.SkipLast(1), record = records[^1], meanwhile }, result, expected,
            result == VectorFile.PassedOver ? "3.1 request" : null);
    }

    // Who may be granted a session (1.12), and who may answer (rule 4). All ask with a package of their own that makes this holder answer.
    private static void AddRights(VectorProject project, VectorFile file, VectorSession session)
    {
        var peer = project.Peer;
        Func<CredentialClaims, CredentialClaims> same = claims => claims;
        Credential("a credential that begins in 2 minutes", claims => claims with { Iat = Now + 120, Exp = Now + 3600 }, isAnswered: true);
        Credential("a credential that begins in 2 minutes and a second", claims => claims with { Iat = Now + 121, Exp = Now + 3600 }, isAnswered: false);
        Credential("a credential that ends in a second", claims => claims with { Exp = Now + 1 }, isAnswered: true);
        Credential("a credential that ends now", claims => claims with { Exp = Now }, isAnswered: false, at: Now - 1);
        Package("a package that ends in a second", claims => claims with { Exp = Now + 1 }, isAnswered: true);
        Package("a package that ends now", claims => claims with { Exp = Now }, isAnswered: false);
        Package("a package of another version alone", claims => claims with { Versions = [2] }, isAnswered: false);
        Package("a package of two versions", claims => claims with { Versions = [2, 1] }, isAnswered: true);
        Package("a package of no version", claims => claims with { Versions = [] }, isAnswered: false);
        Package("a package of another topic", claims => claims with { Topics = ["orders2"] }, isAnswered: false);
        Package("a package of a prefix of the topic", claims => claims with { Topics = ["ord*"] }, isAnswered: true);
        Package("a package without topics", claims => claims with { Topics = [] }, isAnswered: false);
        Package("a package of a vault that does not outlive its process", claims => claims with { Durable = false }, isAnswered: true);

        var archive = Document(policy => policy with
        {
            Consume = [new PolicyRule { Topics = ["*"], Attributes = Of("audit", "billing") }],
            Topics = [new TopicRequirements { Topic = VectorProject.Orders, ArchiveReaders = [VectorProject.IdOf(peer)],
                History = HistoryAccess.SinceEnrollment }],
        });
        Package("an archive reader's package of another topic", claims => claims with { Topics = ["orders2"] }, isAnswered: true, archive);
        Package("an archive reader's package without topics", claims => claims with { Topics = [] }, isAnswered: false, archive);
        var since = Document(policy => policy with { Topics = [new TopicRequirements { Topic = VectorProject.Orders,
            History = HistoryAccess.SinceEnrollment }] });
        Enrolled("a member that enrolled in the second in which the session began", Now, isAnswered: false);
        Enrolled("a member that enrolled in the second before the session began", Now - 1, isAnswered: true);
        var narrowed = Document(policy => policy with { Consume = [new PolicyRule { Topics = ["*"], Attributes = Of("audit") }] });
        Package("a member that policy does not let consume any more, nor the holder", claims => claims, isAnswered: false, narrowed);
        var hybrid = VectorProject.OnAuthority(project.Next(claims => claims with
        {
            Algorithms = ["mlkem768-p256"], Authority = claims.Authority with { Sealing = project.HybridPackageKey.PublicKey.Encoded.ToArray() },
        }).Record);
        Add("a package of an algorithm that the document does not list any more", [Members(PackageOf(same: true)), hybrid], PackageOf(same: true),
            isAnswered: false);

        // The holder hands on only what it may be granted itself, of sessions that are not refused.
        Package("a holder that policy does not let consume any more", claims => claims, isAnswered: false, Document(policy => policy with
        {
            Consume = [new PolicyRule { Topics = ["*"], Attributes = Of("audit") }],
            Topics = [new TopicRequirements { Topic = VectorProject.Orders, ArchiveReaders = [VectorProject.IdOf(peer)] }],
        }));
        Package("a session of a producer that was removed as compromised", claims => claims, isAnswered: false, project.Removal(project.Producer,
            RevocationKind.Compromised));
        Package("a session of a producer that departed afterwards", claims => claims, isAnswered: true, project.Removal(project.Producer,
            RevocationKind.Departed, Now + 1));
        Package("a session that is not signed as the topic demands now", claims => claims, isAnswered: true, Document(policy => policy with
        {
            Topics = [new TopicRequirements { Topic = VectorProject.Orders, Authentication = MessageAuthentication.Shared }],
        }));

        IReadOnlyDictionary<string, IReadOnlyList<string>> Of(params string[] roles) => new Dictionary<string, IReadOnlyList<string>> { ["role"] = roles };

        VectorRecord Document(Func<Policy, Policy> change) => VectorProject.OnAuthority(project.Next(claims =>
        {
            var policy = change(claims.Policy);
            return claims with { Policy = policy, Groups = VectorProject.GroupsOf(policy, claims.Version) };
        }).Record);

        void Enrolled(string name, long enrolledAt, bool isAnswered) => Credential(name, claims => claims with { Iat = Now, EnrolledAt = enrolledAt },
            isAnswered, before: since);

        void Credential(string name, Func<CredentialClaims, CredentialClaims> change, bool isAnswered, long? at = null, params VectorRecord[] before)
        {
            var own = PackageOf(same: true);
            var credential = VectorProject.OnAuthority(project.Credential(peer, role: VectorProject.Billing, serial: 2, change: change));
            Add(name, [Members(own), .. before, credential], own, isAnswered, at);
        }

        void Package(string name, Func<KeyPackageClaims, KeyPackageClaims> change, bool isAnswered, params VectorRecord[] before)
        {
            var own = PackageOf(change: change);
            Add(name, [Members(own), .. before], own, isAnswered);
        }

        KeyPackage PackageOf(bool same = false, Func<KeyPackageClaims, KeyPackageClaims>? change = null) => Enumerable.Range(0, 100)
            .Select(i => KeyRequestVectors.Package(project, peer, $"package {i} of peer"))
            .Where(own => Fraction(own, project) < 0.25)
            .Select(own => same ? own : KeyPackage.Read(RawJws.Sign(RecordTypes.KeyPackage, change!(own.Claims), RecordJson.Default.KeyPackageClaims, peer))!)
            .First();

        void Add(string name, VectorRecord[] before, KeyPackage own, bool isAnswered, long? at = null)
        {
            var request = KeyRequest.Create(
                project.Id, VectorProject.IdOf(peer), own.Id, attempt: 1, [session.Statement], peer, DateTimeOffset.FromUnixTimeSeconds(at ?? Now));
            file.Add(
                name, new { before, record = VectorRecord.On(ControlPartition.Requests, request, VectorProject.Now) },
                isAnswered ? VectorFile.Accepted : VectorFile.PassedOver,
                isAnswered ? Answers(own, session) : new Dictionary<string, object> { ["answers"] = Array.Empty<object>() }, isAnswered ? null : "3.1 request");
        }
    }

    // The holder is in the group billing. It holds the key of that group alone, and serves its members alone.
    private static void AddGroups(VectorProject project, VectorFile file)
    {
        var bills = project.MacSession("session of bills");
        var document = VectorProject.OnAuthority(project.Next(claims => claims with
        {
            Policy = claims.Policy with { Consume = [new PolicyRule { Topics = ["*"] }] },
        }).Record);
        foreach (var (name, role, isAnswered) in (List<(string, string, bool)>)
            [("a member of the holder's reader group", VectorProject.Billing, true), ("a member of another reader group", "audit", false),
                ("a member of no reader group", "web", false)])
        {
            var own = Enumerable.Range(0, 100).Select(i => Package(project, project.Peer, $"package {i} of peer", [VectorProject.Bills]))
                .First(own => Fraction(own, project) < 0.25);
            var request = KeyRequest.Create(project.Id, VectorProject.IdOf(project.Peer), own.Id, attempt: 1, [bills.Statement], project.Peer,
                VectorProject.Now);
            file.Add(
                $"of a session with MACs, by {name}",
                new
                {
                    before = (VectorRecord[])
                    [
                        document, project.Announce(bills), project.Grant(project.Producer, bills),
                        VectorProject.OnAuthority(project.Credential(project.Peer, role, serial: 2)), Members(own),
                    ],
                    record = VectorRecord.On(ControlPartition.Requests, request, VectorProject.Now),
                },
                isAnswered ? VectorFile.Accepted : VectorFile.PassedOver,
                isAnswered ? Answers(own, bills) : new Dictionary<string, object> { ["answers"] = Array.Empty<object>() }, isAnswered ? null : "3.1 request");
        }
    }

    private static void AddAttempts(
        VectorProject project, VectorFile file, KeyPackage package, VectorSession session, Func<KeyPackage, int, IReadOnlyList<VectorSession>?, int,
            string> request)
    {
        // Which attempts count. From the second on, this holder answers each that does.
        Add("the first attempt again", [(1, -10), (1, 0)], isAnswered: null);
        Add("the second attempt, 2 s after the first, which came again", [(1, -10), (2, -8), (1, -2), (2, 0)], isAnswered: true);
        Add("the second attempt, 8 s after the first and 1 s after the first again", [(1, -8), (1, -1), (2, 0)], isAnswered: false);
        Add("the third attempt after the second, before which the first came again", [(1, -20), (2, -18), (1, -16), (3, 0)], isAnswered: false);
        Add("the second attempt again", [(1, -10), (2, -8), (2, 0)], isAnswered: false);
        Add("the third attempt, 4 s after the second", [(1, -6), (2, -4), (3, 0)], isAnswered: true);
        Add("the third attempt, 3 s after the second", [(1, -6), (2, -3), (3, 0)], isAnswered: false);
        Add("the third attempt, after a second that did not count", [(1, -11), (2, -10), (3, 0)], isAnswered: false);
        Add("the second attempt, after a third that did not count", [(1, -10), (3, -5), (2, 0)], isAnswered: true);
        Add("the second attempt, 1 s after a copy of the first", [(1, -8), (2, 0)], isAnswered: true, copyAt: -1);
        (int, int)[] nine = [.. Enumerable.Range(1, 9).Select(n => (n, -300 - ((1 << 9) - (1 << n))))];
        Add("the tenth attempt, 300 s after the ninth", [.. nine, (10, 0)], isAnswered: true);
        Add("the tenth attempt, 299 s after the ninth", [.. nine[..8], (9, -299), (10, 0)], isAnswered: false);

        // Whom the holder counts: others with a package of the topic, the requester too, whatever policy and credentials say of them.
        var producer = Package(project, project.Producer, "package of producer");
        var replaced = Package(project, project.Replaced, "package of replaced", identity: project.Replacing);
        Count("one third of the hash's range: the requester and two others count", [producer, replaced], 0.26, 0.32, isAnswered: true);
        Count("more than a third: the requester and two others count, though policy lets neither consume", [producer, replaced], 0.34, 0.49, isAnswered: false);
        Count("less than a half: a package of another topic does not count", [producer, Changed(claims => claims with { Topics = ["orders2"] })], 0.34, 0.49,
            isAnswered: true);
        Count("less than a half: a package that has ended does not count", [producer, Changed(claims => claims with { Exp = Now })], 0.34, 0.49,
            isAnswered: true);
        Count("less than a half: a package of another version does not count", [producer, Changed(claims => claims with { Versions = [2] })], 0.34, 0.49,
            isAnswered: true);
        Count("less than a half: a member that has left does not count", [producer, Changed(claims => claims with { Topics = [] })], 0.34, 0.49,
            isAnswered: true);
        Count("more than a third: a member that was removed counts", [producer, replaced], 0.34, 0.49, isAnswered: false,
            project.Removal(project.Replaced, RevocationKind.Compromised));
        Count("more than a third: a member whose package a replaced key signed counts", [producer, replaced], 0.34, 0.49, isAnswered: false,
            VectorProject.OnAuthority(project.Credential(project.Replaced, role: "shop", serial: 3, identity: project.Stranger.Public)));
        Count("all of the range: the requester alone", [], 0.5, 1, isAnswered: true);

        KeyPackage Changed(Func<KeyPackageClaims, KeyPackageClaims> change) => KeyPackage.Read(
            RawJws.Sign(RecordTypes.KeyPackage, change(replaced.Claims), RecordJson.Default.KeyPackageClaims, project.Replacing))!;

        void Count(string name, IReadOnlyList<KeyPackage> others, double above, double below, bool isAnswered, params VectorRecord[] more)
        {
            var own = Enumerable.Range(0, 1000).Select(i => Package(project, project.Peer, $"package {i} of peer"))
                .First(own => Fraction(own, project) > above && Fraction(own, project) < below);
            file.Add(
                name, new { before = (VectorRecord[])[.. others.Select(Members), Members(own), .. more], record = Record(own, 1, 0) },
                isAnswered ? VectorFile.Accepted : VectorFile.PassedOver, isAnswered ? Answers(own, session) : None(), isAnswered ? null : "3.1 request");
        }

        void Add(string name, (int Attempt, int At)[] attempts, bool? isAnswered, int? copyAt = null)
        {
            var others = new[] { Members(Package(project, project.Producer, "package of producer")) };
            var own = isAnswered is null ? package : Enumerable.Range(0, 100).Select(i => Package(project, project.Peer, $"package {i} of peer"))
                .First(own => Fraction(own, project) is > 0.6 and < 0.9);
            VectorRecord[] records = [.. attempts.Select(attempt => Record(own, attempt.Attempt, attempt.At))];
            VectorRecord[] before = isAnswered is null ? [] : [.. others, Members(own)];
            VectorRecord[] copy = copyAt is { } at ? [records[0] with { KafkaTimestamp = VectorProject.Now.AddSeconds(at).ToUnixTimeMilliseconds() }] : [];
            file.Add(
                name, new { before = (VectorRecord[])[.. before, .. records[..^1], .. copy], record = records[^1] },
                isAnswered != false ? VectorFile.Accepted : VectorFile.PassedOver, isAnswered != false ? Answers(own, session) : None(),
                isAnswered != false ? null : "3.1 request");
        }

        VectorRecord Record(KeyPackage own, int attempt, int at) =>
            VectorRecord.On(ControlPartition.Requests, request(own, attempt, null, at), VectorProject.Now.AddSeconds(at));

        static Dictionary<string, object> None() => new() { ["answers"] = Array.Empty<object>() };
    }

    private static double Fraction(KeyPackage package, VectorProject project) => BinaryPrimitives.ReadUInt32BigEndian(
        SHA256.HashData(Encoding.ASCII.GetBytes(package.Id + VectorProject.IdOf(project.Reader)))) / 4294967296.0;
}
