using System.Buffers.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class DocumentVectors
{
    private const string Malformed = nameof(RecordProblem.Malformed);
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "documents", "records",
            "Project documents that a member reads whose project.json has version 2, after the authority replaced its keys once.",
            project.Context([VectorProject.Orders]));
        var next = project.Next(claims => claims);
        Accept("the next version", next.Record, next);
        var far = project.Next(claims => claims with { Version = claims.Version + 9 });
        Accept("a version with others missing before it", far.Record, far);
        Accept("the document in force, again", project.Document.Record, project.Document);
        var removal = project.Revocations(new Revocation(VectorProject.IdOf(project.Stranger), RevocationKind.Departed, Now));
        var policy = FullPolicy(project);
        var full = project.Next(claims => claims with
        {
            Policy = policy,
            Groups = VectorProject.GroupsOf(policy, claims.Version),
            Narrowings = [new Narrowing(VectorProject.IdOf(project.Peer), 1)],
            Revocations = [removal.Hash],
        });
        file.Add(
            "every member of a policy, a narrowing, and a record of removals that was read before",
            new { before = new[] { VectorProject.OnAuthority(removal.Text) }, record = Record(full.Record) }, VectorFile.Accepted,
            new { document = Reference(full), state = "ready" });
        var last = project.Next(claims => claims with { Version = (1L << 53) - 1 });
        Accept("version 2^53 - 1", last.Record, last);
        Refuse("for development, which the one in force is not", project.Next(claims => claims with { Development = true }).Record, Malformed, "3.3 document");
        var hybrid = project.Next(claims => claims with { Algorithms = ["mlkem768-p256", "p256"],
            Authority = claims.Authority with { Sealing = project.HybridPackageKey.PublicKey.Encoded.ToArray() } });
        Accept("the hybrid KEM", hybrid.Record, hybrid);
        var unknown = Edit(next, "\"algorithms\":[\"p256\"]", "\"algorithms\":[\"p256\",\"x-wing\"]");
        Accept("an algorithm that the reader does not know", unknown, next.Version, nameof(FailureReason.AlgorithmNotAvailable));
        Accept(
            "a sealing key that the reader does not know, of an algorithm that it does not know",
            VectorProject.Edit(unknown, project.NextAuthorityKey, SealingOf(next), Base64Url.EncodeToString(VectorProject.Fixed("x-wing"))), next.Version,
            nameof(FailureReason.AlgorithmNotAvailable));
        AddSealing(project, file, next);
        AddRotation(project, file, next);
        AddForm(project, file, next);

        foreach (var (what, control) in ((string, ControlTopicLayout)[])
        [
            ("another number of partitions", next.Control with { Partitions = next.Control.Partitions + 1 }),
            ("another control prefix", next.Control with { Prefix = "other" }),
        ])
            Refuse(what, project.Next(claims => claims with { Control = control }).Record, Malformed, "3.3 document");
        Refuse("an older version", project.First.Record, nameof(RecordProblem.Outdated), "3.3 document");
        var conflicting = Edit(project.Document, "\"name\":\"vectors\"", "\"name\":\"other\"");
        file.Add(
            "another document of the version in force", new { record = Record(conflicting) }, nameof(RecordProblem.Conflict),
            new { document = Reference(project.Document), state = nameof(FailureReason.ProjectInvalid) }, "3.3 document");
        Refuse("another document of the version in force, with a wrong signature", conflicting[..^86] + next.Record[^86..], Malformed, "3.3 document");
        Refuse("an older version, with a wrong signature", project.First.Record[..^86] + next.Record[^86..], Malformed, "3.3 document");
        Refuse("a Kafka timestamp below -1", next.Record, nameof(RecordProblem.BadTimestamp), "3.1 1", timestamp: -2);
        Refuse("a signature of 85 characters", next.Record[..^1], Malformed, "3.1 2");
        Refuse("on another topic", next.Record, nameof(RecordProblem.UnexpectedType), "3.1 3", on: ControlPartition.Members);
        Accept("written a day after it was signed", next.Record, next, timestamp: (Now + 86_400) * 1000);
        Accept("no Kafka timestamp", next.Record, next, timestamp: -1);
        Accept("a Kafka timestamp of 0", next.Record, next, timestamp: 0);
        Accept("a Kafka timestamp in the last millisecond of the year 9998", next.Record, next, timestamp: 253_370_764_799_999);
        Refuse("a Kafka timestamp after the year 9998", next.Record, nameof(RecordProblem.BadTimestamp), "3.1 1", timestamp: 253_370_764_800_000);
        var dated = project.Next(claims => claims with { Iat = 253_370_764_799 });
        Accept("signed in the last second of the year 9998", dated.Record, dated);
        Refuse("signed after the year 9998", Edit(next, $"\"iat\":{Now}", "\"iat\":253370764800"), Malformed, "3.3 document");
        var named = project.Next(claims => claims with { Name = new string('n', 100) });
        Accept("a name of 100 characters", named.Record, named);
        Accept("a signature whose s is in the upper half of the order", VectorProject.WithHalf(next.Record, isUpper: true), next);
        Accept("a signature whose s is in the lower half of the order", VectorProject.WithHalf(next.Record, isUpper: false), next);
        var lower = RawJws.Sign(
            RecordTypes.Project, project.Document.Claims with { Version = project.Document.Version - 1 }, RecordJson.Default.ProjectClaims,
            project.NextAuthorityKey).Text;
        Refuse("an older version with the same chain of keys", lower, nameof(RecordProblem.Outdated), "3.3 document");
        var alarm = VectorProject.OnAuthority(project.Credential(
            project.Stranger, role: "shop", change: claims =>
                claims with { Document = project.Document.Reference with { Hash = VectorProject.IdOf(project.Peer) } }));
        file.Add(
            "the next version ends the alarm that a credential raised", new { before = new[] { alarm }, record = Record(next.Record) }, VectorFile.Accepted,
            new { document = Reference(next), state = "ready" });
        file.Add(
            "the document in force, again, does not end the alarm that a credential raised",
            new { before = new[] { alarm }, record = Record(project.Document.Record) }, VectorFile.Accepted,
            new { document = Reference(project.Document), state = nameof(FailureReason.ProjectInvalid) });
        return file;

        string Edit(ProjectDocument document, string old, string with) => VectorProject.Edit(document.Record, project.NextAuthorityKey, old, with);

        void Accept(string name, string text, object document, string state = "ready", long? timestamp = null) => file.Add(
            name, new { record = Record(text, timestamp) }, VectorFile.Accepted,
            new { document = document is ProjectDocument accepted ? Reference(accepted) : new { version = (long)document,
                hash = TestProject.Parse(text).Hash }, state });

        void Refuse(string name, string text, string reason, string check, long? timestamp = null, ControlPartition? on = null) => file.Add(
            name, new { record = Record(text, timestamp, on) }, reason, new { document = Reference(project.Document), state = "ready" }, check);
    }

    private static VectorRecord Record(string text, long? timestamp = null, ControlPartition? on = null) =>
        VectorRecord.On(on ?? ControlPartition.Authority, text, VectorProject.Now) with { KafkaTimestamp = timestamp ?? Now * 1000 };

    private static object Reference(ProjectDocument document) => new { version = document.Version, hash = document.Reference.Hash };

    private static string SealingOf(ProjectDocument document) => Base64Url.EncodeToString(document.Claims.Authority.Sealing);

    private static Policy FullPolicy(VectorProject project) => new()
    {
        Produce = [new PolicyRule { Topics = ["a", "b*"], Attributes = new Dictionary<string,
            IReadOnlyList<string>> { ["role"] = ["shop", "web"], ["site"] = [] } }],
        Consume = [new PolicyRule { Topics = ["*"] }],
        Topics =
        [
            new TopicRequirements
            {
                Topic = "b*", Authentication = MessageAuthentication.Shared, History = HistoryAccess.SinceEnrollment, AllowBareTombstones = true,
                PlaintextUntil = VectorProject.Now, ArchiveReaders = [VectorProject.IdOf(project.Reader)], KeyRetention = TimeSpan.Zero,
            },
            new TopicRequirements { Topic = "a" },
            new TopicRequirements
            {
                Topic = "c", Authentication = MessageAuthentication.Mac, ReaderGroups = new ReaderGroups { Attribute = "site", Values = ["b", "a"] },
                AllowOutdatedMacs = true,
            },
        ],
    };

    private static void AddSealing(VectorProject project, VectorFile file, ProjectDocument next)
    {
        const string p256 = "\"algorithms\":[\"p256\"]";
        var longest = $"\"algorithms\":[\"p256\",\"{new string('a', 32)}\"]";
        var point = next.Claims.Authority.Sealing;
        byte[] invalid = [.. point.AsSpan(0, 33), .. point.AsSpan(1, 32)];
        foreach (var (name, algorithms, sealing, isAccepted) in (List<(string, string, byte[], bool)>)
        [
            ("an algorithm of 32 characters", longest, point, true),
            ("an algorithm without a name", "\"algorithms\":[\"p256\",\"\"]", point, false),
            ("no sealing key, and an algorithm that the reader does not know", longest, [], true),
            ("a sealing key of 65 bytes that are no point, and an algorithm that the reader does not know", longest, invalid, true),
            ("a sealing key of an algorithm that is not listed, and an algorithm that the reader does not know", "\"algorithms\":[\"x-wing\"]", point, false),
            ("no sealing key", p256, [], false),
        ])
        {
            var text = VectorProject.Edit(next.Record, project.NextAuthorityKey, p256, algorithms);
            if (sealing != point)
                text = VectorProject.Edit(text, project.NextAuthorityKey, SealingOf(next), Base64Url.EncodeToString(sealing));
            file.Add(
                name, new { record = Record(text) }, isAccepted ? VectorFile.Accepted : Malformed,
                isAccepted
                    ? new { document = new { version = next.Version, hash = TestProject.Parse(text).Hash },
                        state = nameof(FailureReason.AlgorithmNotAvailable) }
                    : new { document = Reference(project.Document), state = "ready" },
                isAccepted ? null : "3.3 document");
        }
    }

    private static void AddRotation(VectorProject project, VectorFile file, ProjectDocument next)
    {
        var third = project.Key("authority, third");
        var rotated = Rotate(project.Document.Claims, project.NextAuthorityKey, third, VectorProject.Now);
        Add("signed by the authority's first key, which was replaced", Sign(next.Claims, project.AuthorityKey), Malformed, project.Document);
        Add("replaced, and signed by the key before", Sign(rotated, project.NextAuthorityKey), Malformed, project.Document);
        var fork = Rotate(project.First.Claims, project.AuthorityKey, third, VectorProject.Now) with { Version = next.Version };
        Add("another successor of the first key", ProjectDocument.Sign(fork, third).Record, Malformed, project.Document);
        var older = Rotate(project.First.Claims, project.AuthorityKey, third, VectorProject.RotatedAt) with { Version = project.Document.Version - 1 };
        Add("an older version whose keys are not the beginning of the chain", ProjectDocument.Sign(older, third).Record, Malformed, project.Document);
        Add(
            "the chain of keys left out", Sign(next.Claims with { Authority = next.Claims.Authority with { Changes = [] } }, project.AuthorityKey), Malformed,
            project.Document);
        var changes = rotated.Authority.Changes;
        Add("the changes in another order", Sign(Chain(rotated, [changes[1], changes[0]]), third), Malformed, project.Document);
        var early = KeyChange.Create(project.Id, rotated.Iss, project.NextAuthorityKey, third.Public, VectorProject.RotatedAt.AddSeconds(-1));
        Add("a change dated before the one before it", Sign(Chain(rotated, [changes[0], early]), third), Malformed, project.Document);
        var another = KeyChange.Create(project.Id, VectorProject.IdOf(project.Stranger), project.NextAuthorityKey, third.Public, VectorProject.Now);
        Add("a change of another identifier's key", Sign(Chain(rotated, [changes[0], another]), third), Malformed, project.Document);
        var byStranger = KeyChange.Create(project.Id, rotated.Iss, project.Stranger, third.Public, VectorProject.Now);
        Add("a change that another key signed", Sign(Chain(rotated, [changes[0], byStranger]), third), Malformed, project.Document);

        ProjectClaims Rotate(ProjectClaims claims, SigningKey old, SigningKey key, DateTimeOffset at) =>
            VectorProject.Rotated(claims, old, key, project.NextSealing.PublicKey, at);

        static ProjectClaims Chain(ProjectClaims claims,
            IReadOnlyList<string> changes) => claims with { Authority = claims.Authority with { Changes = changes } };

        static string Sign(ProjectClaims claims, SigningKey key) => RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, key).Text;

        void Add(string name, string text, string result, ProjectDocument inForce) => file.Add(
            name, new { record = Record(text) }, result, new { document = Reference(inForce), state = "ready" }, result == Malformed ? "3.3 document" : null);
    }

    private static void AddForm(VectorProject project, VectorFile file, ProjectDocument next)
    {
        var stranger = VectorProject.IdOf(project.Stranger);
        var version = $"\"version\":{next.Version}";
        var narrowing = $$"""{"sub":"{{stranger}}","serial":2}""";
        var groups = next.Claims.Groups.Select(group => $$"""{"attribute":"role","value":"{{group.Value}}","version":{{group.Version}}}""").ToList();
        var end = $"{groups[^1]}]";
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("a payload with a space", "{\"iss\"", "{ \"iss\""),
            ("another authority", $"\"iss\":\"{project.Document.Authority}\"", $"\"iss\":\"{stranger}\""),
            ("an id that authority and salt do not give", $"\"aud\":\"{project.Id}\"", $"\"aud\":\"{stranger}\""),
            ("version 0", version, "\"version\":0"),
            ("version 2^53", version, "\"version\":9007199254740992"),
            ("no name", "\"name\":\"vectors\"", "\"name\":\"\""),
            ("a name of 101 characters", "\"name\":\"vectors\"", $"\"name\":\"{new string('n', 101)}\""),
            ("a salt of 15 bytes", Base64Url.EncodeToString(next.Claims.Salt), Base64Url.EncodeToString(next.Claims.Salt.AsSpan(1))),
            ("no algorithm", "\"algorithms\":[\"p256\"]", "\"algorithms\":[]"),
            ("an algorithm twice", "\"algorithms\":[\"p256\"]", "\"algorithms\":[\"p256\",\"p256\"]"),
            ("an algorithm of 33 characters", "\"algorithms\":[\"p256\"]", $"\"algorithms\":[\"p256\",\"{new string('a', 33)}\"]"),
            ("a sealing key of no listed algorithm", "\"algorithms\":[\"p256\"]", "\"algorithms\":[\"mlkem768-p256\"]"),
            ("a sealing key that is none", SealingOf(next), SealingOf(next)[4..]),
            ("a sealing key that is not on the curve", SealingOf(next),
                Base64Url.EncodeToString([.. next.Claims.Authority.Sealing.AsSpan(0, 33), .. next.Claims.Authority.Sealing.AsSpan(1, 32)])),
            ("a prefix that is no topic name", "\"prefix\":\"_e2ekafka\"", "\"prefix\":\"e2e/kafka\""),
            ("no partition", "\"partitions\":8", "\"partitions\":0"),
            ("10001 partitions", "\"partitions\":8", "\"partitions\":10001"),
            ("a default that is written", "\"topic\":\"joined\",", "\"topic\":\"joined\",\"authentication\":\"signature\","),
            ("requirements of a topic twice", "\"topic\":\"joined\"", "\"topic\":\"open\""),
            ("a rule without topics", "\"topics\":[\"orders\",\"metrics.*\",\"joined\",\"open\",\"closed\",\"bills\"]", "\"topics\":[]"),
            ("a rule with a topic twice", "\"joined\",\"open\",\"closed\",\"bills\"]", "\"joined\",\"joined\",\"closed\",\"bills\"]"),
            ("a key retention above 3653 days", "\"keyRetentionSeconds\":259200", "\"keyRetentionSeconds\":315619201"),
            ("a record of removals twice", end, $"{end},\"revocations\":[\"{stranger}\",\"{stranger}\"]"),
            ("a record of removals by no hash", end, $"{end},\"revocations\":[\"{stranger[1..]}\"]"),
            ("no record of removals, in an array", end, $"{end},\"revocations\":[]"),
            ("a member narrowed twice", end, $"{end},\"narrowings\":[{narrowing},{narrowing}]"),
            ("a narrowing to serial 0", end, $"{end},\"narrowings\":[{narrowing.Replace("2}", "0}", StringComparison.Ordinal)}]"),
            ("a narrowing of no identifier", end, end + ",\"narrowings\":[{\"sub\":\"a\",\"serial\":2}]"),
            ("narrowings behind records of removals", end, $"{end},\"revocations\":[\"{stranger}\"],\"narrowings\":[{narrowing}]"),
            ("development that is false, which is the default", end, $"{end},\"development\":false"),
            ("a group of the policy missing", $"{groups[0]},", ""),
            ("groups in another order", $"{groups[0]},{groups[1]}", $"{groups[1]},{groups[0]}"),
            ("a group that the policy does not list", groups[0], groups[0].Replace("\"audit\"", "\"aud\"", StringComparison.Ordinal)),
            ("a group twice", groups[0], $"{groups[0]},{groups[0]}"),
            ("a group of version 0", groups[0], groups[0].Replace($"{project.First.Version}", "0", StringComparison.Ordinal)),
            ("a group of a later version", groups[0], groups[0].Replace($"{project.First.Version}", $"{next.Version + 1}", StringComparison.Ordinal)),
            ("MACs without reader groups", ",\"readerGroups\":{\"role\":[\"billing\",\"audit\"]}", ""),
            ("reader groups without MACs", "\"authentication\":\"mac\"", "\"authentication\":\"shared\""),
            ("a reader group twice", "[\"billing\",\"audit\"]}", "[\"billing\",\"billing\"]}"),
            ("reader groups of two attributes", "[\"billing\",\"audit\"]}", "[\"billing\",\"audit\"],\"site\":[\"a\"]}"),
        ])
        {
            var record = Record(VectorProject.Edit(next.Record, project.NextAuthorityKey, old, with));
            file.Add(name, new { record }, Malformed, new { document = Reference(project.Document), state = "ready" }, "3.3 document");
        }

        file.Add(
            "a wrong signature", new { record = Record(next.Record[..^86] + project.Document.Record[^86..]) }, Malformed,
            new { document = Reference(project.Document), state = "ready" }, "3.3 document");
    }
}
