using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Policies in documents, and what follows from them.</summary>
internal static class PolicyVectors
{
    private const string Malformed = nameof(RecordProblem.Malformed);
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "policies", "records",
            "Documents with other policies, at the bounds and above them; and announcements, whose verdict says which rules and which " +
            "requirement hold for a topic and a member.",
            project.Context([VectorProject.Orders, VectorProject.Metrics]));
        AddBounds(project, file);
        AddRules(project, file);
        return file;
    }

    // The bounds of a policy: at the bound, and one above.
    private static void AddBounds(VectorProject project, VectorFile file)
    {
        var reader = VectorProject.IdOf(project.Reader);
        Rule("a rule with an attribute's name and a value of 300 characters", new string('a', 300), [new string('v', 300)]);
        Rule("a rule with an empty name and an empty value", "", [""]);
        Rule("a rule with a value twice", "role", ["shop", "shop"], isAccepted: false);
        Topic("a rule of a topic that is no pattern", "a*b", isRule: true);
        Topic("a requirement of a topic that is no pattern", "a*b", isRule: false);
        Requirement("a key retention of 3653 days", new() { Topic = "a", KeyRetention = TimeSpan.FromDays(3653) });
        Requirement("a session life of 300 seconds", new() { Topic = "a", SessionLife = TimeSpan.FromSeconds(300) });
        Requirement("a session life of 299 seconds", new() { Topic = "a", SessionLife = TimeSpan.FromSeconds(299) }, isAccepted: false);
        Requirement("a session life of 86400 seconds", new() { Topic = "a", SessionLife = TimeSpan.FromSeconds(86_400) });
        Requirement("a session life of 86401 seconds", new() { Topic = "a", SessionLife = TimeSpan.FromSeconds(86_401) }, isAccepted: false);
        Requirement("an archive reader that is no identifier", new() { Topic = "a", ArchiveReaders = [reader[1..]] }, isAccepted: false);
        Requirement("an archive reader twice", new() { Topic = "a", ArchiveReaders = [reader, reader] }, isAccepted: false);
        var nine = Enumerable.Range(1, 9).Select(i => $"{i}").ToList();
        Groups("8 reader groups of a topic", "site", nine[..8]);
        Groups("9 reader groups of a topic", "site", nine, isAccepted: false);
        Groups("no reader group of a topic", "site", [], isAccepted: false);
        Groups("reader groups whose names have 512 characters together", new string('a', 256), [new string('v', 256)]);
        Groups("reader groups whose names have 513 characters together", new string('a', 256), [new string('v', 256), "w"], isAccepted: false);
        Groups("a reader group of 257 characters", "site", [new string('v', 257)], isAccepted: false);
        Groups("reader groups of an attribute of 257 characters", new string('a', 257), ["v"], isAccepted: false);
        Groups("a reader group without a name", "site", [""], isAccepted: false);
        Groups("reader groups of an attribute without a name", "", ["v"], isAccepted: false);
        Add("groups of version 1, and of the document's", claims => claims with
        {
            Groups = [claims.Groups[0] with { Version = 1 }, claims.Groups[1] with { Version = claims.Version }],
        });
        Add("a narrowing to serial 1", claims => claims with { Narrowings = [new Narrowing(VectorProject.IdOf(project.Stranger), 1)] });

        void Rule(string name, string attribute, IReadOnlyList<string> values, bool isAccepted = true) => Policy(name, policy => policy with
        {
            Consume = [.. policy.Consume, new PolicyRule { Topics = ["a"], Attributes = new Dictionary<string,
                IReadOnlyList<string>> { [attribute] = values } }],
        }, isAccepted);

        void Topic(string name, string pattern, bool isRule) => Policy(name, policy => isRule
            ? policy with { Consume = [.. policy.Consume, new PolicyRule { Topics = [pattern] }] }
            : policy with { Topics = [.. policy.Topics, new TopicRequirements { Topic = pattern }] }, isAccepted: false);

        void Groups(string name, string attribute, IReadOnlyList<string> values, bool isAccepted = true) => Requirement(name, new()
        {
            Topic = "a", Authentication = MessageAuthentication.Mac, ReaderGroups = new ReaderGroups { Attribute = attribute, Values = values },
        }, isAccepted);

        void Requirement(string name, TopicRequirements requirements, bool isAccepted = true) =>
            Policy(name, policy => policy with { Topics = [.. policy.Topics, requirements] }, isAccepted);

        void Policy(string name, Func<Policy, Policy> change, bool isAccepted) => Add(name, claims =>
        {
            var policy = change(claims.Policy);
            return claims with { Policy = policy, Groups = VectorProject.GroupsOf(policy, claims.Version) };
        }, isAccepted);

        void Add(string name, Func<ProjectClaims, ProjectClaims> change, bool isAccepted = true)
        {
            var claims = change(project.Document.Claims with { Version = Now, Iat = Now });
            var record = RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, project.NextAuthorityKey);
            file.Add(
                name, new { record = VectorProject.OnAuthority(record.Text) }, isAccepted ? VectorFile.Accepted : Malformed,
                new
                {
                    document = isAccepted
                        ? new { version = Now, hash = record.Hash }
                        : new { version = project.Document.Version, hash = project.Document.Reference.Hash },
                    state = "ready",
                },
                isAccepted ? null : "3.3 document");
        }
    }

    // Which rules and which requirement hold for a topic and a member. The producer's role is shop; the session is shared, where that is said.
    private static void AddRules(VectorProject project, VectorFile file)
    {
        const MessageAuthentication signed = MessageAuthentication.Signature, sharedKey = MessageAuthentication.Shared;
        foreach (var (name, topics, isAccepted) in (List<(string, (string, MessageAuthentication)[], bool)>)
        [
            ("a shared session: no requirement of its topic", [("cpu", sharedKey)], false),
            ("a shared session: the requirement of a prefix", [("metrics.*", sharedKey)], true),
            ("a shared session: of two prefixes the longer demands signatures", [("metrics.*", sharedKey), ("metrics.c*", signed)], false),
            ("a shared session: of two prefixes the shorter demands signatures", [("metrics.c*", sharedKey), ("m*", signed)], true),
            ("a shared session: the name demands signatures, and a prefix of its length does not", [("metrics.cpu*", sharedKey), ("metrics.cpu", signed)],
                false),
            ("a shared session: the prefix of all topics", [("*", sharedKey)], true),
        ])
        {
            Policy(name, policy => policy with
            {
                Topics = [.. topics.Select(topic => new TopicRequirements { Topic = topic.Item1, Authentication = topic.Item2 })],
            }, isShared: true, isAccepted ? VectorFile.Accepted : nameof(FailureReason.WrongAuthentication));
        }

        foreach (var (name, rules, isAccepted) in (List<(string, PolicyRule[], bool)>)
        [
            ("no rule", [], false),
            ("a rule of any member", [Rule("metrics.*")], true),
            ("a rule of another topic", [Rule("metrics")], false),
            ("a rule of a value that the producer has, and of others", [Rule("*", ("role", ["audit", "shop"]))], true),
            ("a rule of a value in another case", [Rule("*", ("role", ["Shop"]))], false),
            ("a rule of a beginning of a value", [Rule("*", ("role", ["sho", "s*", "*"]))], false),
            ("a rule of two attributes, of which the producer has one", [Rule("*", ("role", ["shop"]), ("site", ["a"]))], false),
            ("a rule of no value", [Rule("*", ("role", []))], false),
            ("of two rules one that matches", [Rule("*", ("role", ["audit"])), Rule("metrics.cpu", ("role", ["shop"]))], true),
            ("two rules, of which one has the topic and the other the attribute", [Rule("*", ("role", ["audit"])), Rule("orders", ("role", ["shop"]))], false),
        ])
            Policy(name, policy => policy with { Produce = rules }, isShared: false, isAccepted ? VectorFile.Accepted : nameof(FailureReason.ProducerDenied));

        static PolicyRule Rule(string topic, params (string Name, string[] Values)[] attributes) => new()
        {
            Topics = [topic], Attributes = attributes.ToDictionary(attribute => attribute.Name, attribute => (IReadOnlyList<string>)attribute.Values),
        };

        void Policy(string name, Func<Policy, Policy> change, bool isShared, string verdict)
        {
            var session = project.Session("session of metrics", VectorProject.Metrics, isShared: isShared);
            var document = project.Next(claims =>
            {
                var policy = change(claims.Policy);
                return claims with { Policy = policy, Groups = VectorProject.GroupsOf(policy, claims.Version) };
            });
            file.Add(
                name, new { before = new[] { VectorProject.OnAuthority(document.Record) }, record = project.Announce(session) }, VectorFile.Accepted,
                new { sessions = new[] { new { statement = session.Statement.HashText, id = session.Statement.Id.ToString(), announcedAt = Now, verdict } } });
        }
    }
}
