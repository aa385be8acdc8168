using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class AnnouncementVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "announcements", "records",
            "Announcements that a member reads that consumes the topic: the checks of 3.1, and who counts as their sender.",
            project.Context([VectorProject.Orders, VectorProject.Metrics, VectorProject.Bills]));
        var session = project.Session("session", VectorProject.Orders);
        var announcement = session.Announcement();
        var member = new MemberRecordVectors(project, file, project.SessionsOf(VectorProject.Orders), RecordTypes.Announcement, project.Producer, announcement);

        member.Accept("an announcement", announcement, Known(session));
        member.Accept("written after it was signed", announcement, Known(session, Now + 61), timestamp: (Now + 61) * 1000 + 999);
        var metrics = project.Session("session of metrics", VectorProject.Metrics, isShared: true);
        file.Add(
            "a session without signatures", new { record = project.Announce(metrics) }, VectorFile.Accepted, Known(metrics));
        var others = Enumerable.Range(1, 2).Select(i => project.Session($"session {i}", VectorProject.Orders)).ToList();
        member.Accept(
            "two sessions", SessionAnnouncement.Create([.. others.Select(other => other.Statement)], project.Producer, next: null, VectorProject.Now),
            new { sessions = others.Select(other => One(other, Now)) });
        member.Accept("once more", announcement, Known(session, Now - 60), before: [member.Record(Edit("iat", Now - 60), (Now - 60) * 1000)]);
        member.AddAll();

        AddForm(project, member, session);
        member.Refuse("in the partition of another topic", announcement, RecordProblem.WrongPartition, "3.1 7", on: project.SessionsOf(VectorProject.Metrics));
        member.Refuse(
            "in the partition of another topic, and delayed", announcement, RecordProblem.WrongPartition, "3.1 7",
            timestamp: (Now * 1000) + 600_001, on: project.SessionsOf(VectorProject.Metrics));
        member.Refuse(
            "of another project, in the partition of another topic",
            VectorProject.Sign(
                RecordTypes.Announcement, RawJws.PayloadOf(announcement).Replace(project.Id, VectorProject.IdOf(project.Stranger), StringComparison.Ordinal),
                project.Producer),
            RecordProblem.OtherProject, "3.1 5", on: project.SessionsOf(VectorProject.Metrics));

        AddNext(project, file, member, session);
        AddRules(project, file, member);
        AddGroups(project, file);
        return file;

        string Edit(string name, long value) => member.Edited($"\"{name}\":{Now}", $"\"{name}\":{value}");
    }

    private static object One(VectorSession session, long announcedAt, string verdict = VectorFile.Accepted) =>
        new { statement = session.Statement.HashText, id = session.Statement.Id.ToString(), announcedAt, verdict };

    private static object Known(VectorSession session, long? announcedAt = null, string verdict = VectorFile.Accepted) =>
        new { sessions = new[] { One(session, announcedAt ?? Now, verdict) } };

    private static object Unknown(VectorSession session) => new { sessions = new[] { new { statement = session.Statement.HashText, verdict = "unknown" } } };

    private static void AddForm(VectorProject project, MemberRecordVectors member, VectorSession session)
    {
        var key = session.Statement.Core.Key!;
        var producer = VectorProject.IdOf(project.Producer);
        var statement = System.Text.Encoding.ASCII.GetString(session.Statement.Encode());
        var other = System.Text.Encoding.ASCII.GetString(project.Session("session of metrics", VectorProject.Metrics, isShared: true).Statement.Encode());
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("no session", $"[{statement}]", "[]"),
            ("a session twice", $"[{statement}]", $"[{statement},{statement}]"),
            ("sessions of two topics", $"[{statement}]", $"[{statement},{other}]"),
            ("a session of another project", $"\"project\":\"{project.Id}\"", $"\"project\":\"{producer}\""),
            ("a session of another producer", $"\"producer\":\"{producer}\"", $"\"producer\":\"{project.Id}\""),
            ("a session of a topic that is no topic name", "\"topic\":\"orders\"", "\"topic\":\"ord/ers\""),
            ("a session of a topic pattern", "\"topic\":\"orders\"", "\"topic\":\"orders*\""),
            ("a session under version 0 of the document", $"\"document\":{{\"version\":{project.Document.Version}", "\"document\":{\"version\":0"),
            ("a session that ends when it begins", $"\"ends\":{Now + 3600}", $"\"ends\":{Now}"),
            ("a session of 24 hours and a second", $"\"ends\":{Now + 3600}", $"\"ends\":{Now + 86401}"),
            ("a session that ends after the year 9998", $"\"begins\":{Now},\"ends\":{Now + 3600}", "\"begins\":253370764799,\"ends\":253370764800"),
            ("a session without bytes", "\"bytes\":274877906944", "\"bytes\":0"),
            ("a document's hash that is none", project.Document.Reference.Hash, project.Document.Reference.Hash[1..]),
            ("an unknown member of the core", $"\"begins\":{Now}", $"\"begins\":{Now},\"more\":1"),
            ("groups of a signed session", "\"commitment\":\"" + Commitment(session) + "\"",
                "\"commitment\":\"" + Commitment(session) + "\",\"groups\":[\"" + Commitment(session) + "\"]"),
            ("no groups, in an array, of a signed session", "\"commitment\":\"" + Commitment(session) + "\"",
                "\"commitment\":\"" + Commitment(session) + "\",\"groups\":[]"),
            ("a topic of 250 characters", "\"topic\":\"orders\"", $"\"topic\":\"{new string('t', 250)}\""),
            ("a session without messages", "\"messages\":4294967295", "\"messages\":0"),
            ("a session of too many messages", "\"messages\":4294967295", "\"messages\":4294967296"),
            ("a session of too many bytes", "\"bytes\":274877906944", "\"bytes\":274877906945"),
            ("a signed session without a key", ",\"key\":" + Text(key), ""),
            ("a shared session with a key", "\"authentication\":\"signature\"", "\"authentication\":\"shared\""),
            ("an unknown authentication", "\"authentication\":\"signature\"", "\"authentication\":\"Signature\""),
            ("a signing key that is not on the curve", $"\"y\":\"{key.Y}\"", $"\"y\":\"{key.X}\""),
            ("a commitment of 31 bytes", "\"commitment\":\"" + Commitment(session), "\"commitment\":\"" + Commitment(session)[..^2] + "A"),
            ("another order of members", $"\"begins\":{Now},\"ends\":{Now + 3600}", $"\"ends\":{Now + 3600},\"begins\":{Now}"),
        ])
            member.Refuse(name, member.Edited(old, with), RecordProblem.Malformed, "3.1 4");
        member.Accept("a session of 1 second", member.Edited($"\"ends\":{Now + 3600}", $"\"ends\":{Now + 1}"));
        member.Accept("a session of 1 message", member.Edited("\"messages\":4294967295", "\"messages\":1"));
        member.Accept("a session of 1 byte", member.Edited("\"bytes\":274877906944", "\"bytes\":1"));
        member.Accept("a session under version 1 of the document",
            member.Edited($"\"document\":{{\"version\":{project.Document.Version}", "\"document\":{\"version\":1"));
        member.Accept("a session under an older version that was never read", member.Edited(
            $"\"document\":{{\"version\":{project.Document.Version},\"hash\":\"{project.Document.Reference.Hash}\"",
                $"\"document\":{{\"version\":5,\"hash\":\"{producer}\""));
        member.Accept("a session of 24 hours", member.Edited($"\"ends\":{Now + 3600}", $"\"ends\":{Now + 86400}"));

        static string Commitment(VectorSession session) => System.Buffers.Text.Base64Url.EncodeToString(session.Statement.Claims.Commitment);

        static string Text(Jwk key) => $$"""{"kty":"EC","crv":"P-256","x":"{{key.X}}","y":"{{key.Y}}"}""";
    }

    private static void AddGroups(VectorProject project, VectorFile file)
    {
        var session = project.MacSession("session of bills");
        var commitments = session.Statement.Claims.Groups!.Select(commitment => System.Buffers.Text.Base64Url.EncodeToString(commitment)).ToList();
        const string groups = ",\"readerGroups\":{\"role\":[\"billing\",\"audit\"]}";
        var announcement = session.Announcement();
        Add("a session with MACs for two groups", announcement, VectorFile.Accepted, Known(session));
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("MACs without reader groups", groups, ""),
            ("MACs without commitments to group keys", $",\"groups\":[\"{commitments[0]}\",\"{commitments[1]}\"]", ""),
            ("a commitment to the key of one of two groups", $",\"{commitments[1]}\"]", "]"),
            ("three commitments to the keys of two groups", $"\"{commitments[1]}\"]", $"\"{commitments[1]}\",\"{commitments[1]}\"]"),
            ("a commitment of 31 bytes to a group key", commitments[0], commitments[0][..^2] + "A"),
            ("no reader group", groups, ",\"readerGroups\":{\"role\":[]}"),
            ("a reader group twice", groups, ",\"readerGroups\":{\"role\":[\"billing\",\"billing\"]}"),
            ("reader groups of two attributes", groups, ",\"readerGroups\":{\"role\":[\"billing\"],\"site\":[\"a\"]}"),
            ("reader groups of a shared session", "\"authentication\":\"mac\"", "\"authentication\":\"shared\""),
        ])
            Add(name, VectorProject.Edit(announcement, project.Producer, old, with), nameof(RecordProblem.Malformed), Unknown(session), "3.1 4");
        foreach (var (name, attribute, value, isAccepted) in (List<(string, string, string, bool)>)
        [
            ("MACs for groups whose names have 512 characters together", new string('a', 256), new string('v', 249), true),
            ("MACs for groups whose names have 513 characters together", new string('a', 256), new string('v', 250), false),
            ("MACs for groups of an attribute of 257 characters", new string('a', 257), "v", false),
            ("MACs for a group of 257 characters", "role", new string('v', 257), false),
            ("MACs for a group without a name", "role", "", false),
            ("MACs for groups of an attribute without a name", "", "v", false),
        ])
        {
            // The reader is in the group billing, which has 7 characters.
            var text = VectorProject.Edit(announcement, project.Producer, groups, $",\"readerGroups\":{{\"{attribute}\":[\"billing\",\"{value}\"]}}");
            var stated = SessionAnnouncement.Read(TestProject.Parse(text))?.Statements[0];
            Assert.That(stated is not null, Is.EqualTo(isAccepted), name);
            Add(
                name, text, isAccepted ? VectorFile.Accepted : nameof(RecordProblem.Malformed),
                stated is null ? Unknown(session) : new
                {
                    sessions = new[]
                    {
                        new { statement = stated.HashText, id = stated.Id.ToString(), announcedAt = Now, verdict = nameof(FailureReason.WrongAuthentication) },
                    },
                },
                isAccepted ? null : "3.1 4");
        }

        var nine = Enumerable.Range(1, 9).Select(i => $"{i}").ToList();
        Add("MACs for nine groups", Announce(nine), nameof(RecordProblem.Malformed), Unknown(session), "3.1 4");
        var eight = project.MacSession("session of eight groups", groups: new ReaderGroups { Attribute = "role", Values = [.. nine.Take(7), VectorProject.Billing] });
        Add("MACs for eight groups", eight.Announcement(), VectorFile.Accepted, Known(eight));
        var others = project.MacSession("session of audit", groups: new ReaderGroups { Attribute = "role", Values = ["audit"] });
        Add("MACs for groups without the reader's", others.Announcement(), VectorFile.Accepted, Known(others, verdict: nameof(FailureReason.ReaderNotAuthorized)));
        var site = project.MacSession("session of site", groups: new ReaderGroups { Attribute = "site", Values = [VectorProject.Billing] });
        Add("MACs for groups of another attribute", site.Announcement(), VectorFile.Accepted, Known(site, verdict: nameof(FailureReason.WrongAuthentication)));
        var older = project.MacSession("older session of bills", change: core => core with { Document = project.First.Reference });
        Add("MACs, under an older document in which its groups have the same version", older.Announcement(), VectorFile.Accepted, Known(older));

        // No source makes such a statement: it is put together from the parts of a valid one.
        string Announce(IReadOnlyList<string> values) => VectorProject.Edit(
            VectorProject.Edit(announcement, project.Producer, groups, $",\"readerGroups\":{{\"role\":[{string.Join(',', values.Select(value => $"\"{value}\""))}]}}"),
            project.Producer, $"[\"{commitments[0]}\",\"{commitments[1]}\"]", $"[{string.Join(',', values.Select(_ => $"\"{commitments[0]}\""))}]");

        void Add(string name, string text, string result, object expected, string? check = null) => file.Add(
            name, new { record = VectorRecord.On(project.SessionsOf(VectorProject.Bills), text, VectorProject.Now) }, result, expected, check);
    }

    private static void AddNext(VectorProject project, VectorFile file, MemberRecordVectors member, VectorSession session)
    {
        var byNext = session.Announcement(project.Stranger);
        member.Accept("signed by the next key, too, before its credential is read", byNext, Known(session));
        var credential = VectorRecord.On(
            ControlPartition.Authority, project.Credential(project.Producer, role: "shop", serial: 2, identity: project.Stranger.Public), VectorProject.Now);
        member.Accept("signed by the next key, too, after its credential is read", byNext, Known(session), before: [credential]);
        member.Accept(
            "signed by the next key, which counts, and wrongly by the first", byNext[..^86] + session.Announcement()[^86..], Known(session),
            before: [credential]);
        var byAnyone = VectorProject.Forge(RecordTypes.Announcement, RawJws.PayloadOf(byNext), project.Peer, project.Lapsed);
        member.Accept("signed by the next key, which counts, and wrongly in the name of another member's key", byAnyone, Known(session), before: [credential]);
        file.Add(
            "signed by the next key, too, and wrongly by the first, which counts",
            new { record = member.Record(byNext[..^86] + session.Announcement()[^86..]) }, nameof(RecordProblem.BadSignature), Unknown(session), "3.1 12");
        var next = project.Stranger.Public.Jwk;
        member.Refuse("a next key that is not on the curve", VectorProject.Edit(byNext, project.Producer, $"\"y\":\"{next.Y}\"", $"\"y\":\"{next.X}\""),
            RecordProblem.Malformed, "3.1 4");
        var signature = System.Buffers.Text.Base64Url.EncodeToString(SessionAnnouncement.Read(TestProject.Parse(byNext))!.Claims.Next!.Signature);
        member.Refuse("a signature of 63 bytes by the next key", VectorProject.Edit(byNext, project.Producer, signature, signature[..84]),
            RecordProblem.Malformed,
            "3.1 4");
        file.Add(
            "signed by the first key alone, after the credential for the next is read",
            new { before = new[] { credential }, record = member.Record(session.Announcement()) }, nameof(RecordProblem.ReplacedKey), Unknown(session),
            "3.1 10");
        var claims = SessionAnnouncement.Read(TestProject.Parse(byNext))!.Claims;
        var other = SessionAnnouncement.Read(TestProject.Parse(project.Session("session 1",
            VectorProject.Orders).Announcement(project.Stranger)))!.Claims.Next!;
        member.Refuse(
            "a wrong signature by the next key",
            RawJws.Sign(RecordTypes.Announcement, claims with { Next = other }, RecordJson.Default.AnnouncementClaims, project.Producer).Text,
            RecordProblem.Malformed, "3.1 4");
    }

    private static void AddRules(VectorProject project, VectorFile file, MemberRecordVectors member)
    {
        var exp = Credential.TryVerify(TestProject.Parse(project.Credentials[0]), project.Document)!.Claims.Exp;
        var later = project.Next(claims => claims with { Name = "later" });
        var published = VectorRecord.On(ControlPartition.Authority, later.Record, VectorProject.Now);
        DocumentReference nowhere = new(project.Document.Version + 1, VectorProject.IdOf(project.Stranger));

        Refuse("under a document of a later version that is nowhere", core => core with { Document = nowhere }, RecordProblem.UnknownDocument, "3.1 a");
        Refuse("under another document of this version", core => core with { Document = nowhere with { Version = project.Document.Version } }, RecordProblem.UnknownDocument, "3.1 a");
        Refuse(
            "under a document that is nowhere, and beginning too late",
            core => core with { Document = nowhere, Begins = Now + 601 }, RecordProblem.UnknownDocument, "3.1 a");
        var waiting = Session("waiting", core => core with { Document = later.Reference });
        member.Accept("under a document that is read in the look", waiting.Announcement(), Known(waiting), meanwhile: [published]);
        var older = Session("older", core => core with { Document = project.First.Reference });
        member.Accept("under an older document", older.Announcement(), Known(older));
        member.Refuse(
            "a wrong signature, under a document that is nowhere",
            Forged(Session("forged", core => core with { Document = nowhere })), RecordProblem.BadSignature, "3.1 12");

        Refuse("beginning 601 s after it was signed", core => core with { Begins = Now + 601 }, RecordProblem.BadTimes, "3.1 b");
        Accept("beginning 600 s after it was signed", core => core with { Begins = Now + 600 });
        Refuse("ending after its producer's credential", core => core with { Begins = exp - 3600, Ends = exp + 1 }, RecordProblem.BadTimes, "3.1 b",
            at: exp - 3600);
        Accept("ending with its producer's credential", core => core with { Begins = exp - 3600, Ends = exp }, at: exp - 3600);
        var week = 7 * 86_400;
        Refuse("one whose retention is over", core => core with { Begins = Now - week - 3600, Ends = Now - week }, RecordProblem.Outdated, "3.1 d");
        Accept("one whose retention is over in a second", core => core with { Begins = Now - week - 3600, Ends = Now - week + 1 });
        var (old, good) = (Session("old", core => core with { Begins = Now - week - 3600, Ends = Now - week }), Session("good", core => core));
        member.Refuse(
            "one whose retention is over, and one that is taken all the same",
            SessionAnnouncement.Create([old.Statement, good.Statement], project.Producer, next: null, VectorProject.Now), RecordProblem.Outdated, "3.1 d",
            expected: new { sessions = new object[] { new { statement = old.Statement.HashText, verdict = "unknown" }, One(good, Now) } });
        var early = Session("early", core => core with { Begins = Now + 601 });
        member.Refuse(
            "one whose retention is over, and one that begins too late",
            SessionAnnouncement.Create([old.Statement, early.Statement], project.Producer, next: null, VectorProject.Now), RecordProblem.BadTimes, "3.1 b",
            expected: Unknown(old));

        // Where keys are kept in memory only, the retention is an hour.
        var memory = VectorProject.OnAuthority(project.Next(claims => claims with
        {
            Policy = claims.Policy with { Topics = [.. claims.Policy.Topics, new TopicRequirements { Topic = VectorProject.Orders,
                KeyRetention = TimeSpan.Zero }] },
        }).Record);
        foreach (var (name, ends, isAccepted) in (List<(string, long, bool)>)
        [
            ("one that ended an hour ago, of a key retention of 0", Now - 3600, false),
            ("one that ended an hour ago in a second, of a key retention of 0", Now - 3599, true),
        ])
        {
            var kept = Session(name, core => core with { Begins = Now - 7200, Ends = ends });
            file.Add(
                name, new { before = new[] { memory }, record = member.Record(kept.Announcement()) },
                isAccepted ? VectorFile.Accepted : nameof(RecordProblem.Outdated), isAccepted ? Known(kept) : Unknown(kept), isAccepted ? null : "3.1 d");
        }

        // Rule 18: the reader's own identity key signed it, and its process did not.
        var ours = project.Session("ours", VectorProject.Orders, producer: project.Reader);
        member.Refuse("by a copy of the reader", ours.Announcement(), RecordProblem.Conflict, "3.1 c",
            expected: new { state = nameof(FailureReason.IdentityCloned) });
        file.Add(
            "by a copy of the reader, 121 s after its process began", new { started = Now - 121, record = member.Record(ours.Announcement()) },
            nameof(RecordProblem.Conflict), new { state = nameof(FailureReason.IdentityCloned) }, "3.1 c");
        var begun = project.Session("ours, begun", VectorProject.Orders, producer: project.Reader, change: core => core with { Begins = Now - 1200 });
        foreach (var (name, at, isCopy) in (List<(string, int, bool)>)
        [
            ("by a copy of the reader, signed 600 s ago", -600, true), ("by the reader, signed 601 s ago", -601, false),
            ("by a copy of the reader, signed 600 s ahead of its clock", 600, true), ("by the reader, signed 601 s ahead of its clock", 601, false),
        ])
        {
            var written = VectorProject.Now.AddSeconds(isCopy ? 0 : Math.Sign(at));
            file.Add(
                name,
                new
                {
                    record = VectorRecord.On(
                        project.SessionsOf(VectorProject.Orders),
                        SessionAnnouncement.Create([begun.Statement], project.Reader, next: null, VectorProject.Now.AddSeconds(at)), written),
                },
                isCopy ? nameof(RecordProblem.Conflict) : VectorFile.Accepted, new { state = isCopy ? nameof(FailureReason.IdentityCloned) : "ready" },
                isCopy ? "3.1 c" : null);
        }

        file.Add(
            "by the reader, written before its process wrote anything",
            new { record = VectorRecord.On(project.SessionsOf(VectorProject.Orders), ours.Announcement(), VectorProject.Now.AddMilliseconds(-1)) },
            VectorFile.Accepted, new { state = "ready" });
        var late = project.Session("ours, late", VectorProject.Orders, producer: project.Reader, change: core => core with { Begins = Now + 601 });
        member.Refuse("by a copy of the reader, beginning too late", late.Announcement(), RecordProblem.BadTimes, "3.1 b", expected: new { state = "ready" });
        var gone = project.Session("ours, gone", VectorProject.Orders, producer: project.Reader,
            change: core => core with { Begins = Now - week - 3600, Ends = Now - week });
        member.Refuse(
            "by a copy of the reader, of a session whose retention is over",
            SessionAnnouncement.Create([gone.Statement], project.Reader, next: null, VectorProject.Now),
            RecordProblem.Conflict, "3.1 c", expected: new { state = nameof(FailureReason.IdentityCloned) });
        member.Refuse(
            "in the reader's name, with a wrong signature",
            VectorProject.Forge(RecordTypes.Announcement, RawJws.PayloadOf(ours.Announcement()), project.Reader, project.Stranger),
            RecordProblem.BadSignature, "3.1 12", expected: new { state = "ready" });
        file.Add(
            "by the reader, 120 s after its process began: an earlier process of it may have had a clock that was fast", new { started = Now - 120, record = member.Record(ours.Announcement()) }, VectorFile.Accepted,
            new { state = "ready" });

        // What is refused by policy is known all the same: a later document may allow it.
        var denied = project.Session("denied", VectorProject.Orders, producer: project.Peer);
        member.Accept("by a member that may not produce", denied.Announcement(), Known(denied, verdict: nameof(FailureReason.ProducerDenied)));
        var shared = project.Session("shared", VectorProject.Orders, isShared: true);
        member.Accept("a shared session where signatures are demanded", shared.Announcement(),
            Known(shared, verdict: nameof(FailureReason.WrongAuthentication)));

        VectorSession Session(string name, Func<SessionCore, SessionCore> change) => project.Session(name, VectorProject.Orders, change: change);

        string Forged(VectorSession session) =>
            VectorProject.Forge(RecordTypes.Announcement, RawJws.PayloadOf(session.Announcement()), project.Producer, project.Stranger);

        void Refuse(string name, Func<SessionCore, SessionCore> change, RecordProblem reason, string check, long? at = null)
        {
            var session = Session(name, change);
            Add(session, at, (record, now) => file.Add(name, new { now, record }, reason.ToString(), Unknown(session), check));
        }

        void Accept(string name, Func<SessionCore, SessionCore> change, long? at = null)
        {
            var session = Session(name, change);
            Add(session, at, (record, now) => file.Add(name, new { now, record }, VectorFile.Accepted, Known(session, at)));
        }

        void Add(VectorSession session, long? at, Action<VectorRecord, long?> add)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(at ?? Now);
            var text = SessionAnnouncement.Create([session.Statement], project.Producer, next: null, time);
            add(VectorRecord.On(project.SessionsOf(VectorProject.Orders), text, time), at);
        }
    }
}
