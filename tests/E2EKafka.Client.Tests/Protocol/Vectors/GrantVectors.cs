using System.Buffers.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class GrantVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var session = project.Session("session", VectorProject.Orders);
        var metrics = project.Session("session of metrics", VectorProject.Metrics, isShared: true);
        var file = new VectorFile(
            "grants", "records", "Grants that a member reads: the checks of 3.2, and the secrets that it holds afterwards. The sessions are announced before.",
            project.Context([VectorProject.Orders, VectorProject.Metrics, VectorProject.Bills], project.Announce(session), project.Announce(metrics)));
        var grant = project.GrantText(project.Producer, project.Package, session);
        Accept("by the producer", grant, session);
        Accept("two sessions in one encapsulation", project.GrantText(project.Producer, project.Package, session, metrics), session, metrics);
        Accept("by another holder", project.GrantText(project.Peer, project.Package, session), session);
        Accept("by a sender that has no credential", project.GrantText(project.Stranger, project.Package, session), session);
        Accept("by a replaced key", project.GrantText(project.Replaced, project.Package, session), session);
        Accept("by a sender whose credential ended", project.GrantText(project.Lapsed, project.Package, session), session);
        file.Add(
            "written an hour after it was signed", new { record = Record(grant) with { KafkaTimestamp = (Now + 3600) * 1000 } }, VectorFile.Accepted,
            Held(session));
        foreach (var (name, iat) in (List<(string, long)>)[("signed in the first second of 1970", 0), ("signed in the last second of the year 9998",
            253_370_764_799)])
            Accept(name, VectorProject.Edit(grant, project.Producer, $"\"iat\":{Now}", $"\"iat\":{iat}"), session);
        AddForm(project, file, session, grant);
        AddHybrid(project, file, session);
        AddRecipients(project, file, session, grant);
        AddLooks(project, file);
        AddGroups(project, file);

        var wrong = project.Session("another secret", VectorProject.Orders);
        var mislabelled = KeyGrant.Seal([(session.Statement, wrong.Secret, null)], project.Package, VectorProject.IdOf(project.Producer));
        Refuse("a secret that the statement does not commit to", Sign(mislabelled), "CommitmentMismatch", "3.2 12", Lacking(session));
        Refuse("a secret that the statement does not commit to, by a replaced key", Sign(mislabelled, project.Replaced), "CommitmentMismatch", "3.2 12",
            Lacking(session));
        Refuse(
            "a false secret among true ones",
            Sign(KeyGrant.Seal([(session.Statement, wrong.Secret, null), (metrics.Statement, metrics.Secret, null)], project.Package,
                VectorProject.IdOf(project.Producer))),
            "CommitmentMismatch", "3.2 12",
            new { secrets = new Dictionary<string, string?> { [session.Statement.HashText] = null, [metrics.Statement.HashText] = metrics.SecretHex } });
        var entry = Entry(grant);
        Refuse("sealed by another sender", Sign(entry, project.Peer), "CommitmentMismatch", "3.2 12", Lacking(session));
        var flipped = entry.Sealed.ToArray();
        flipped[70] ^= 1;
        Refuse("a sealed part that was altered", Sign(entry with { Sealed = flipped }), "CommitmentMismatch", "3.2 12", Lacking(session));
        Refuse(
            "a sealed part whose point is not on the curve",
            Sign(entry with { Sealed = [.. entry.Sealed.AsSpan(0, 33), .. entry.Sealed.AsSpan(1, 32), .. entry.Sealed.AsSpan(65)] }), "CommitmentMismatch",
            "3.2 12", Lacking(session));
        Refuse(
            "the sessions in another order than sealed",
            Sign(Entry(project.GrantText(project.Producer, project.Package, session, metrics)) with { Sessions = [SessionName.Of(metrics.Statement),
                SessionName.Of(session.Statement)] }),
            "CommitmentMismatch", "3.2 12", Lacking(session));
        file.Add(
            "what opens not, for a session whose secret is held",
            new { before = new[] { Record(grant) }, record = Record(Sign(entry with { Sealed = flipped })) }, VectorFile.PassedOver, Held(session));
        var unnamed = project.Session("session 1", VectorProject.Orders);
        Refuse(
            "a wrong signature by the current key",
            VectorProject.Forge(RecordTypes.Grant, RawJws.PayloadOf(grant), project.Producer, project.Stranger), "BadSignature", "3.2 11", Lacking(session));
        Refuse(
            "a wrong signature by the current key, and a secret that the statement does not commit to",
            VectorProject.Forge(RecordTypes.Grant, RawJws.PayloadOf(Sign(mislabelled)), project.Producer, project.Stranger), "BadSignature", "3.2 11",
            Lacking(session));
        file.Add(
            "of a session that was never announced", new { record = Record(project.GrantText(project.Producer, project.Package, unnamed)) },
            VectorFile.PassedOver,
            new { secrets = new Dictionary<string, string?> { [unnamed.Statement.HashText] = null }, looks = new[] { "sessions" } });
        return file;

        VectorRecord Record(string text) => VectorRecord.On(project.GrantsOfReader, text, VectorProject.Now);

        string Sign(GrantRecipient recipient, SigningKey? by = null) => SignAll(project, by ?? project.Producer, recipient);

        void Accept(string name, string text, params VectorSession[] held) => file.Add(name, new { record = Record(text) }, VectorFile.Accepted, Held(held));

        void Refuse(string name, string text, string reason, string check, object expected) => file.Add(name, new { record = Record(text) }, reason, expected,
            check);
    }

    public static object Held(params VectorSession[] sessions) =>
        new { secrets = sessions.ToDictionary(session => session.Statement.HashText, session => session.SecretHex) };

    private static object Lacking(VectorSession session) => new { secrets = new Dictionary<string, string?> { [session.Statement.HashText] = null } };

    private static GrantRecipient Entry(string grant) => TestProject.Parse(grant).ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients.Single();

    private static string SignAll(VectorProject project, SigningKey by, params IReadOnlyList<GrantRecipient> recipients) => RawJws.Sign(
        RecordTypes.Grant, new GrantClaims(project.Id, VectorProject.IdOf(by), Now, recipients), RecordJson.Default.GrantClaims, by).Text;

    private static void AddForm(VectorProject project, VectorFile file, VectorSession session, string grant)
    {
        var partition = project.GrantsOfReader;
        Refuse("a Kafka timestamp below -1", grant, RecordProblem.BadTimestamp, "3.1 1", timestamp: -2);
        Refuse("a signature of 85 characters", grant[..^1], RecordProblem.Malformed, "3.1 2");
        Refuse("on another topic", grant, RecordProblem.UnexpectedType, "3.1 3", on: ControlPartition.Members);
        var entry = Entry(grant);
        foreach (var (name, recipients) in (List<(string, GrantRecipient[])>)
        [
            ("no recipient", []),
            ("a recipient twice with one package", [entry, entry]),
            ("a session twice", [entry with { Sessions = [entry.Sessions[0], entry.Sessions[0]], Sealed = [.. entry.Sealed, .. new byte[32]] }]),
            ("no session", [entry with { Sessions = [], Sealed = entry.Sealed[..81] }]),
            ("a sealed part that is a byte too long", [entry with { Sealed = [.. entry.Sealed, 0] }]),
            ("a session of a topic that is no topic name", [entry with { Sessions = [new SessionName("orders*", session.Statement.HashText)] }]),
            ("a recipient that is no identifier", [entry with { Sub = entry.Sub[1..] }]),
            ("a package's hash of 42 characters", [entry with { Package = entry.Package[1..] }]),
            ("a session twice, with a group and without",
                [entry with { Sessions = [entry.Sessions[0], entry.Sessions[0] with { Group = "a" }], Sealed = [.. entry.Sealed, .. new byte[64]] }]),
            ("nothing sealed", [entry with { Sealed = [] }]),
            ("a statement's hash of 42 characters", [entry with { Sessions = [new SessionName(VectorProject.Orders, session.Statement.HashText[1..])] }]),
        ])
            Refuse(name, SignAll(project, project.Producer, recipients), RecordProblem.Malformed, "3.1 4");
        Refuse("an iat after the year 9998", Edit($"\"iat\":{Now}", "\"iat\":253370764800"), RecordProblem.Malformed, "3.1 4");
        Refuse(
            "malformed, of another project",
            VectorProject.Edit(Edit(project.Id, VectorProject.IdOf(project.Stranger)), project.Producer, "{\"aud\"", "{ \"aud\""),
            RecordProblem.Malformed, "3.1 4");
        Refuse("of another project", Edit(project.Id, VectorProject.IdOf(project.Stranger)), RecordProblem.OtherProject, "3.1 5");
        var hybrid = entry with { Sealed = new byte[32 + HpkeKem.MlKem768P256.Overhead] };
        Refuse("sealed to a hybrid key, which the document does not list", SignAll(project, project.Producer, hybrid), RecordProblem.AlgorithmNotAllowed,
            "3.1 6");
        Refuse(
            "sealed to a hybrid key, which the document does not list, in another partition", SignAll(project, project.Producer, hybrid),
            RecordProblem.AlgorithmNotAllowed, "3.1 6", on: Elsewhere());
        Refuse("in another partition", grant, RecordProblem.WrongPartition, "3.2 7", on: Elsewhere());
        Refuse(
            "in another partition, with a wrong signature", VectorProject.Forge(RecordTypes.Grant, RawJws.PayloadOf(grant), project.Producer, project.Stranger),
            RecordProblem.WrongPartition, "3.2 7", on: Elsewhere());
        var other = Enumerable.Range(0, 100).Select(i => project.Key($"member {i}")).First(key => project.GrantsOf(VectorProject.IdOf(key)) != partition);
        Refuse(
            "one recipient of another partition", SignAll(project, project.Producer, entry, entry with { Sub = VectorProject.IdOf(other) }),
            RecordProblem.WrongPartition, "3.2 7");

        ControlPartition Elsewhere() => new(ControlTopicKind.Grants, (partition.Partition + 1) % 8);

        string Edit(string old, string with) => VectorProject.Edit(grant, project.Producer, old, with);

        void Refuse(string name, string text, RecordProblem reason, string check, long? timestamp = null, ControlPartition? on = null)
        {
            var record = VectorRecord.On(on ?? partition, text, VectorProject.Now);
            file.Add(name, new { record = record with { KafkaTimestamp = timestamp ?? record.KafkaTimestamp } }, reason.ToString(), Lacking(session), check);
        }
    }

    private static void AddHybrid(VectorProject project, VectorFile file, VectorSession session)
    {
        var both = project.Next(claims => claims with { Algorithms = ["mlkem768-p256", "p256"] });
        var package = KeyPackage.Create(
            project.Id, VectorProject.IdOf(project.Reader), project.HybridPackageKey.PublicKey, ["*"], isDurable: true, project.Reader,
            VectorProject.Earlier.AddSeconds(1), TimeSpan.FromHours(24));
        file.Add(
            "sealed to the reader's hybrid key",
            new
            {
                before = new[]
                {
                    VectorRecord.On(ControlPartition.Authority, both.Record, VectorProject.Now),
                    VectorRecord.On(ControlPartition.Members, package.Record, VectorProject.Earlier),
                },
                record = VectorRecord.On(project.GrantsOfReader, project.GrantText(project.Producer, package, session), VectorProject.Now),
            },
            VectorFile.Accepted, Held(session));
        var entry = Entry(project.GrantText(project.Producer, package, session));
        foreach (var (name, at) in (List<(string, int)>)
            [("an altered ciphertext of ML-KEM", 0), ("an altered point", 1088 + 64), ("an altered ciphertext", 1153)])
        {
            var altered = entry.Sealed.ToArray();
            altered[at] ^= 1;
            file.Add(
                $"sealed to the reader's hybrid key, with {name}",
                new
                {
                    before = new[]
                    {
                        VectorRecord.On(ControlPartition.Authority, both.Record, VectorProject.Now),
                        VectorRecord.On(ControlPartition.Members, package.Record, VectorProject.Earlier),
                    },
                    record = VectorRecord.On(
                        project.GrantsOfReader, SignAll(project, project.Producer, entry with { Sealed = altered }), VectorProject.Now),
                },
                "CommitmentMismatch", Lacking(session), "3.2 12");
        }
    }

    private static void AddRecipients(VectorProject project, VectorFile file, VectorSession session, string grant)
    {
        var entry = Entry(grant);
        var same = Enumerable.Range(0, 100).Select(i => project.Key($"member {i}"))
            .First(key => project.GrantsOf(VectorProject.IdOf(key)) == project.GrantsOfReader);
        var theirs = entry with { Sub = VectorProject.IdOf(same), Sealed = new byte[entry.Sealed.Length] };
        var unknown = entry with { Package = Base64Url.EncodeToString(VectorProject.Fixed("no package")), Sealed = new byte[entry.Sealed.Length] };
        Add("of several recipients the reader is one", SignAll(project, project.Producer, theirs, entry), VectorFile.Accepted, Held(session));
        Add("the reader twice with two packages", SignAll(project, project.Producer, unknown, entry), VectorFile.Accepted, Held(session));
        Add("for another member alone", SignAll(project, project.Producer, theirs), VectorFile.PassedOver, Lacking(session), "3.2 8");
        Add("for a package that the reader does not have", SignAll(project, project.Producer, unknown), VectorFile.PassedOver, Lacking(session), "3.2 8");
        Add(
            "for another member alone, with a wrong signature",
            VectorProject.Forge(RecordTypes.Grant, RawJws.PayloadOf(SignAll(project, project.Producer, theirs)), project.Producer, project.Stranger),
            VectorFile.PassedOver, Lacking(session), "3.2 8");
        var partition = new ControlPartition(ControlTopicKind.Grants, (project.GrantsOfReader.Partition + 1) % 8);
        file.Add(
            "for another member alone, in another partition",
            new { record = VectorRecord.On(partition, SignAll(project, project.Producer, theirs), VectorProject.Now) }, nameof(RecordProblem.WrongPartition),
            Lacking(session), "3.2 7");
        foreach (var (name, wrong) in (List<(string, SessionName)>)
        [
            ("of a session of another topic", new SessionName(VectorProject.Metrics, session.Statement.HashText)),
            ("of another statement", new SessionName(VectorProject.Orders, VectorProject.IdOf(project.Stranger))),
        ])
            Add(name, SignAll(project, project.Producer, entry with { Sessions = [wrong] }), VectorFile.PassedOver, Lacking(session));

        void Add(string name, string text, string result, object expected, string? check = null) => file.Add(
            name, new { record = VectorRecord.On(project.GrantsOfReader, text, VectorProject.Now) }, result, expected, check);
    }

    private static void AddGroups(VectorProject project, VectorFile file)
    {
        var bills = project.MacSession("session of bills");
        var (groups, producer) = (VectorProject.Groups, VectorProject.IdOf(project.Producer));
        var (ours, others) = (bills.KeyOf(VectorProject.Billing)!, bills.KeyOf("audit")!);
        var valid = Seal(bills.Secret, ours);
        Add("with the key of the reader's group", valid, VectorFile.Accepted, Holding());
        Add("without a group", Seal(bills.Secret, null), VectorFile.PassedOver, Holding(false));
        Add("with the key of another group", Seal(bills.Secret, others), VectorFile.PassedOver, Holding(false));
        Add("with the key of a group that the session does not list", Seal(bills.Secret, new GroupKey("web", ours.Key)), VectorFile.PassedOver, Holding(false));
        Add("with a wrong key of the reader's group", Seal(bills.Secret, new GroupKey(VectorProject.Billing, others.Key)), "CommitmentMismatch", Holding(false),
            "3.2 12");
        using var wrong = SecretBytes.CopyOf(VectorProject.Fixed("another secret"));
        Add("with the key of the reader's group, and a secret that the statement does not commit to", Seal(wrong, ours), "CommitmentMismatch", Holding(false),
            "3.2 12");
        Add("with the key of another group, named as the reader's",
            Seal(bills.Secret, others) with { Sessions = [SessionName.Of(bills.Statement, VectorProject.Billing)] }, "CommitmentMismatch", Holding(false),
            "3.2 12");
        Add("a group whose name is empty", valid with { Sessions = [new SessionName(bills.Topic, bills.Statement.HashText, "")] },
            nameof(RecordProblem.Malformed), Holding(false), "3.1 4");
        Add("a session with a group, sealed without its key", valid with { Sealed = Seal(bills.Secret, null).Sealed }, nameof(RecordProblem.Malformed),
            Holding(false), "3.1 4");
        file.Add(
            "with the key of the reader's group, after one without",
            new { before = new[] { project.Announce(bills), Record(Seal(bills.Secret, null)) }, record = Record(valid) }, VectorFile.Accepted, Holding());
        var session = project.Session("session", VectorProject.Orders);
        using var stray = new GroupKey(VectorProject.Billing, SecretBytes.CopyOf(VectorProject.Fixed("stray")));
        Add("a group of a session that lists none", KeyGrant.Seal([(session.Statement, session.Secret, stray)], project.Package, producer),
            VectorFile.PassedOver, Lacking(session));
        Add(
            "a session with a group and one without, in one encapsulation",
            KeyGrant.Seal([(bills.Statement, bills.Secret, ours), (session.Statement, session.Secret, null)], project.Package, producer), VectorFile.Accepted,
            Held(bills, session));

        // The reader is in no group of this one, so it wants nothing of it.
        var audit = project.MacSession("session of audit", groups: groups with { Values = ["audit"] });
        file.Add(
            "of a session that does not list the reader's group",
            new
            {
                before = new[] { project.Announce(audit) },
                record = Record(KeyGrant.Seal([(audit.Statement, audit.Secret, audit.GroupKeys[0])], project.Package, producer)),
            },
            VectorFile.PassedOver, Lacking(audit));

        GrantRecipient Seal(SecretBytes secret, GroupKey? key) => KeyGrant.Seal([(bills.Statement, secret, key)], project.Package, producer);

        object Holding(bool isHeld = true) => new
        {
            secrets = new Dictionary<string, string?> { [bills.Statement.HashText] = isHeld ? bills.SecretHex : null },
            groupKeys = new Dictionary<string, string?> { [bills.Statement.HashText] = isHeld ? VectorProject.Hex(ours.Key.Span) : null },
        };

        VectorRecord Record(GrantRecipient recipient) =>
            VectorRecord.On(project.GrantsOfReader, SignAll(project, project.Producer, recipient), VectorProject.Now);

        void Add(string name, GrantRecipient recipient, string result, object expected, string? check = null) =>
            file.Add(name, new { before = new[] { project.Announce(bills) }, record = Record(recipient) }, result, expected, check);
    }

    private static void AddLooks(VectorProject project, VectorFile file)
    {
        var late = project.Session("session 2", VectorProject.Orders);
        var forged = VectorProject.Forge(
            RecordTypes.Grant, RawJws.PayloadOf(project.GrantText(project.Producer, project.Package, late)), project.Producer, project.Stranger);
        file.Add(
            "of a session that was never announced, with a wrong signature",
            new { record = VectorRecord.On(project.GrantsOfReader, forged, VectorProject.Now) },
            nameof(RecordProblem.BadSignature), new { looks = new[] { "sessions" } }, "3.2 11");
        file.Add(
            "its announcement is read in the look",
            new
            {
                record = VectorRecord.On(project.GrantsOfReader, project.GrantText(project.Producer, project.Package, late), VectorProject.Now),
                meanwhile = new[] { project.Announce(late) },
            },
            VectorFile.Accepted,
            new { secrets = new Dictionary<string, string> { [late.Statement.HashText] = late.SecretHex }, looks = new[] { "sessions" } },
            "3.2 9");
    }
}
