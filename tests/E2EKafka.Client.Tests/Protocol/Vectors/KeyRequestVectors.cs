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
                [VectorProject.Orders, VectorProject.Metrics],
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
                return (own, VectorProject.Replace(By(first), package.Id, own.Id), new Dictionary<string, object>(Answers(own, session)) { ["looks"] = new[] { "authority" } });
            },
        };
        member.Accept("a request", request, Answers(package, session));
        member.Accept("for two sessions", Request(package, sessions: [session, metrics]), Answers(package, session, metrics));
        member.AddAll();
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("attempt 0", "\"attempt\":1", "\"attempt\":0"),
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
        var unknown = project.Session("session 1", VectorProject.Orders);
        Add("for a session that the holder does not know", [Record(request(package, 1, [unknown], 0))], VectorFile.PassedOver, none);
        Add(
            "by a member that may not consume the topic",
            [Members(Package(project, project.Producer, "package of producer")),
                Record(By(project.Producer, Package(project, project.Producer, "package of producer")))],
            VectorFile.PassedOver, none);
        Add("by a removed member", [.. project.Removal(project.Peer, RevocationKind.Departed), Record(request(package, 1, null, 0))],
            VectorFile.PassedOver, none);

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

    private static double Fraction(KeyPackage package, VectorProject project) => BinaryPrimitives.ReadUInt32BigEndian(
        SHA256.HashData(Encoding.ASCII.GetBytes(package.Id + VectorProject.IdOf(project.Reader)))) / 4294967296.0;
}
