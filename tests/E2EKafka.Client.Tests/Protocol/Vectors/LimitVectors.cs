using System.Buffers.Binary;
using System.Buffers.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Lists of the most entries that they may have, and of one more.</summary>
internal static class LimitVectors
{
    private const string Malformed = nameof(RecordProblem.Malformed);
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "limits", "records",
            "Lists in records, with as many entries as they may have, and with one more. Identifiers and hashes are numbers here, of 32 bytes.",
            project.Context([VectorProject.Orders]));
        AddDocuments(project, file);
        AddRemovals(project, file);
        AddPackages(project, file);
        AddAnnouncements(project, file);
        AddGrants(project, file);
        AddKeyRequests(project, file);
        return file;
    }

    private static string Number(int i)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes[28..], i);
        return Base64Url.EncodeToString(bytes);
    }

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(1, count).Select(Number);

    private static void AddDocuments(VectorProject project, VectorFile file)
    {
        foreach (var count in (int[])[1_000, 1_001])
        {
            Add($"{count} narrowings", claims => claims with { Narrowings = [.. Numbers(count).Select(sub => new Narrowing(sub, 1))] }, count == 1_000);
            Add($"{count} records of removals, which are missing", claims => claims with { Revocations = [.. Numbers(count)] }, count == 1_000,
                FailureReason.ProjectOutdated);
            Policy($"a policy of {count} entries, rules and requirements together", policy => policy with
            {
                Produce = [.. policy.Produce, .. Enumerable.Repeat(new PolicyRule { Topics = ["*"] },
                    count - policy.Produce.Count - policy.Consume.Count - policy.Topics.Count)],
            }, count == 1_000);
            Policy($"a policy of {count} reader groups", policy => policy with
            {
                // Two are those of the project.
                Topics = [.. policy.Topics, .. Enumerable.Range(0, count - 2).Chunk(8).Select(values => new TopicRequirements
                {
                    Topic = $"t{values[0]}", Authentication = MessageAuthentication.Mac,
                    ReaderGroups = new ReaderGroups { Attribute = "role", Values = [.. values.Select(value => $"{value:d4}")] },
                })],
            }, count == 1_000);
        }

        AddChain(project, file);

        void Policy(string name, Func<Policy, Policy> change, bool isAccepted) => Add(name, claims =>
        {
            var policy = change(claims.Policy);
            return claims with { Policy = policy, Groups = VectorProject.GroupsOf(policy, claims.Version) };
        }, isAccepted);

        void Add(string name, Func<ProjectClaims, ProjectClaims> change, bool isAccepted, FailureReason? state = null)
        {
            var claims = change(project.Document.Claims with { Version = Now, Iat = Now });
            var record = RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, project.NextAuthorityKey);
            file.Add(
                name, new { record = VectorProject.OnAuthority(record.Text) }, isAccepted ? VectorFile.Accepted : Malformed,
                new
                {
                    document = isAccepted && state is null
                        ? new { version = Now, hash = record.Hash }
                        : new { version = project.Document.Version, hash = project.Document.Reference.Hash },
                    state = isAccepted ? state?.ToString() ?? "ready" : "ready",
                },
                isAccepted ? null : "3.3 document");
        }
    }

    private static void AddChain(VectorProject project, VectorFile file)
    {
        SigningKey[] keys = [project.NextAuthorityKey, .. Enumerable.Range(3, 100).Select(i => project.Key($"authority, {i}"))];
        foreach (var count in (int[])[100, 101])
        {
            // The first change is in the document in force.
            var claims = project.Document.Claims;
            var changes = Enumerable.Range(0, count - 1).Select(i => KeyChange.Create(project.Id, claims.Iss, keys[i], keys[i + 1].Public, VectorProject.Now));
            claims = claims with { Version = Now, Iat = Now, Authority = claims.Authority with { Changes = [.. claims.Authority.Changes, .. changes] } };
            var record = RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, keys[count - 1]);
            var isAccepted = count == 100;
            file.Add(
                $"{count} changes of the authority's key", new { record = VectorProject.OnAuthority(record.Text) }, isAccepted ? VectorFile.Accepted
                    : Malformed,
                isAccepted
                    ? new { document = new { version = Now, hash = record.Hash } }
                    : new { document = new { version = project.Document.Version, hash = project.Document.Reference.Hash } },
                isAccepted ? null : "3.3 document");
        }
    }

    private static void AddRemovals(VectorProject project, VectorFile file)
    {
        foreach (var count in (int[])[1_000, 1_001])
        {
            var claims = new RevocationClaims(project.Id, [.. Numbers(count).Select(sub => new Revocation(sub, RevocationKind.Departed, Now))]);
            var record = RawJws.Sign(RecordTypes.Revocations, claims, RecordJson.Default.RevocationClaims, project.NextAuthorityKey);
            file.Add(
                $"a record of {count} removals", new { record = VectorProject.OnAuthority(record.Text) }, count == 1_000 ? VectorFile.Accepted : Malformed,
                new { state = "ready" }, count == 1_000 ? null : "3.3 revocations");
        }
    }

    private static void AddPackages(VectorProject project, VectorFile file)
    {
        using var key = HpkeKem.P256.Import(VectorProject.Fixed("package of producer"));
        var package = KeyPackage.Create(
            project.Id, VectorProject.IdOf(project.Producer), key.PublicKey, [VectorProject.Orders], isDurable: true, project.Producer, VectorProject.Now,
            TimeSpan.FromHours(24));
        foreach (var count in (int[])[1_000, 1_001])
        {
            var claims = package.Claims with { Topics = [.. Enumerable.Range(0, count).Select(i => $"t{i:d4}")] };
            var record = RawJws.Sign(RecordTypes.KeyPackage, claims, RecordJson.Default.KeyPackageClaims, project.Producer);
            file.Add(
                $"a key package of {count} topics", new { record = VectorRecord.On(ControlPartition.Members, record.Text, VectorProject.Now) },
                count == 1_000 ? VectorFile.Accepted : Malformed, new { package = new { sub = package.Member, id = count == 1_000 ? package.Id : null } },
                count == 1_000 ? null : "3.1 4");
        }
    }

    private static void AddAnnouncements(VectorProject project, VectorFile file)
    {
        var session = project.Session("session", VectorProject.Orders);
        foreach (var count in (int[])[100, 101])
        {
            var statements = Enumerable.Range(1, count).Select(i =>
                session.Statement.Claims with { Core = session.Statement.Core with { Messages = i } }).ToList();
            var last = SessionStatement.TryRead(statements[^1])!;
            var record = RawJws.Sign(
                RecordTypes.Announcement, new AnnouncementClaims(project.Id, VectorProject.IdOf(project.Producer), Now, statements),
                    RecordJson.Default.AnnouncementClaims,
                project.Producer);
            var isAccepted = count == 100;
            file.Add(
                $"an announcement of {count} sessions",
                new { record = VectorRecord.On(project.SessionsOf(VectorProject.Orders), record.Text, VectorProject.Now) }, isAccepted ? VectorFile.Accepted
                    : Malformed,
                isAccepted
                    ? new { sessions = new object[] { new { statement = last.HashText, id = last.Id.ToString(), announcedAt = Now,
                        verdict = VectorFile.Accepted } } }
                    : new { sessions = new object[] { new { statement = last.HashText, verdict = "unknown" } } },
                isAccepted ? null : "3.1 4");
        }
    }

    private static void AddGrants(VectorProject project, VectorFile file)
    {
        var session = project.Session("session", VectorProject.Orders);
        var producer = VectorProject.IdOf(project.Producer);
        var sealedOnce = KeyGrant.Seal([(session.Statement, session.Secret, null)], project.Package, producer);
        foreach (var count in (int[])[500, 501])
        {
            // The others are to packages of the reader's that it does not have.
            var others = Numbers(count - 1).Select(package => new GrantRecipient(
                VectorProject.IdOf(project.Reader), package, [new SessionName("a", Number(0))], new byte[32 + HpkeKem.P256.Overhead]));
            Add($"a grant of {count} recipients", [.. others, sealedOnce], count == 500);
        }

        foreach (var count in (int[])[100, 101])
        {
            List<SessionName> names = [SessionName.Of(session.Statement), .. Numbers(count - 1).Select(statement => new SessionName(VectorProject.Orders,
                statement))];
            byte[] secrets = [.. session.Secret.Span, .. new byte[32 * (count - 1)]];
            var text = Hpke.Seal(
                project.Package.Key, KeyGrant.InfoOf(project.Id, producer, VectorProject.IdOf(project.Reader), project.Package.Id), KeyGrant.HashOf(names),
                    secrets);
            Add($"a grant of {count} sessions to one recipient", [new GrantRecipient(VectorProject.IdOf(project.Reader), project.Package.Id, names, text)],
                count == 100);
        }

        void Add(string name, IReadOnlyList<GrantRecipient> recipients, bool isAccepted)
        {
            var record = RawJws.Sign(RecordTypes.Grant, new GrantClaims(project.Id, producer, Now, recipients), RecordJson.Default.GrantClaims,
                project.Producer);
            file.Add(
                name,
                new
                {
                    before = new[] { project.Announce(session) },
                    record = VectorRecord.On(project.GrantsOfReader, record.Text, VectorProject.Now),
                },
                isAccepted ? VectorFile.Accepted : Malformed,
                new { secrets = new Dictionary<string, string?> { [session.Statement.HashText] = isAccepted ? session.SecretHex : null } }, isAccepted ? null
                    : "3.1 4");
        }
    }

    private static void AddKeyRequests(VectorProject project, VectorFile file)
    {
        var session = project.Session("session", VectorProject.Orders);
        using var key = HpkeKem.P256.Import(VectorProject.Fixed("package of peer"));
        var package = KeyPackage.Create(
            project.Id, VectorProject.IdOf(project.Peer), key.PublicKey, [VectorProject.Orders], isDurable: true, project.Peer, VectorProject.Earlier,
                TimeSpan.FromHours(24));
        foreach (var count in (int[])[100, 101])
        {
            List<SessionName> names = [SessionName.Of(session.Statement), .. Numbers(count - 1).Select(statement => new SessionName(VectorProject.Orders,
                statement))];
            var record = RawJws.Sign(
                RecordTypes.KeyRequest, new KeyRequestClaims(project.Id, package.Member, Now, package.Id, 1, names), RecordJson.Default.KeyRequestClaims,
                    project.Peer);
            file.Add(
                $"a request for the keys of {count} sessions",
                new
                {
                    before = new[]
                    {
                        project.Announce(session), project.Grant(project.Producer, session),
                        VectorRecord.On(ControlPartition.Members, package.Record, VectorProject.Earlier),
                    },
                    record = VectorRecord.On(ControlPartition.Requests, record.Text, VectorProject.Now),
                },
                count == 100 ? VectorFile.Accepted : Malformed,
                new
                {
                    answers = count == 100
                        ? new object[] { new { sub = package.Member, package = package.Id, sessions = new[] { session.Statement.HashText } } }
                        : [],
                },
                count == 100 ? null : "3.1 4");
        }
    }
}
