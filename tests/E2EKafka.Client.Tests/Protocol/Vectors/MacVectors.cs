using System.Text;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Messages of sessions with a MAC for each reader group.</summary>
internal static class MacVectors
{
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello");

    public static VectorFile Build(VectorProject project)
    {
        var session = project.MacSession("session of bills");
        var file = new VectorFile(
            "macs", "messages",
            "Messages with a MAC for each of the reader groups billing and audit of the attribute role. The session is announced and granted before, with the " +
            "key of the reader's group, billing, which is the first.",
            project.Context([VectorProject.Bills], project.Announce(session), project.Grant(project.Producer, session)));
        var message = session.Seal(Hello);
        Open("a message", session, message);
        Refuse("an altered MAC of the reader's group", session, Altered(message, message.Length - 17), FailureReason.AuthenticationFailed, "3.4 15");
        Open("an altered MAC of another group, which the reader cannot check", session, Altered(message, message.Length - 1));
        Refuse("an altered ciphertext", session, Altered(message, 22), FailureReason.AuthenticationFailed, "3.4 15");
        Refuse("the MACs in another order", session, [.. message[..^32], .. message[^16..], .. message[^32..^16]], FailureReason.AuthenticationFailed, "3.4 15");
        Refuse("one MAC and no plaintext", session, message[..(22 + 16 + 16)], FailureReason.Truncated, "3.4 12");
        Refuse("a byte too few for two MACs and no plaintext", session, message[..(22 + 16 + 31)], FailureReason.Truncated, "3.4 12");
        Refuse("two MACs and no plaintext", session, message[..(22 + 16 + 32)], FailureReason.AuthenticationFailed, "3.4 15");
        Refuse("a third MAC", session, [.. message, .. message[^16..]], FailureReason.AuthenticationFailed, "3.4 15");
        var same = project.MacSession("session of bills", change: core => core with { Messages = 1 });
        var lasting = Known(same, out var known);
        file.Add(
            "of another session of the same keys, and of this one's id",
            new { before = known, record = Record(lasting, [.. message[..22], .. lasting.Seal(Hello)[22..]]) }, nameof(FailureReason.AuthenticationFailed),
            check: "3.4 15");
        file.Add(
            "a tombstone", new { record = MessageVectors.Record(session.Topic, null, Hello, session.Seal([], isTombstone: true)) }, VectorFile.Accepted,
            MessageVectors.Opened(session, [], 1, isTombstone: true));
        AddSessions(project, file, session, message);
        return file;

        void Open(string name, VectorSession of, byte[] value) =>
            file.Add(name, new { record = Record(of, value) }, VectorFile.Accepted, MessageVectors.Opened(of, Hello));

        void Refuse(string name, VectorSession of, byte[] value, FailureReason reason, string check) =>
            file.Add(name, new { record = Record(of, value) }, reason.ToString(), check: check);

        VectorSession Known(VectorSession granted, out VectorRecord[] records)
        {
            records = [project.Announce(granted), project.Grant(project.Producer, granted)];
            return granted;
        }
    }

    private static void AddSessions(VectorProject project, VectorFile file, VectorSession session, byte[] message)
    {
        var ungranted = project.MacSession("session 1 of bills");
        var entry = KeyGrant.Seal([(ungranted.Statement, ungranted.Secret, null)], project.Package, VectorProject.IdOf(project.Producer));
        Add("granted without the key of the reader's group", ungranted, nameof(FailureReason.KeyNotYetReceived), "3.4 11", project.Announce(ungranted),
            VectorRecord.On(project.GrantsOfReader, KeyGrant.Create(
                project.Id, VectorProject.IdOf(project.Producer), project.Producer, [entry], VectorProject.Now).Single(), VectorProject.Now));
        var third = project.MacSession("session of three groups", groups: VectorProject.Groups with { Values = ["audit", "web", VectorProject.Billing] });
        Add("three groups, of which the reader's is the last", third, VectorFile.Accepted, null, project.Announce(third), project.Grant(project.Producer, third));
        var others = project.MacSession("session of audit", groups: VectorProject.Groups with { Values = ["audit"] });
        Add("a session that does not list the reader's group", others, nameof(FailureReason.ReaderNotAuthorized), "3.4 9", project.Announce(others));
        var site = project.MacSession("session of site", groups: new ReaderGroups { Attribute = "site", Values = [VectorProject.Billing] });
        Add("a session of groups of another attribute", site, nameof(FailureReason.WrongAuthentication), "3.4 9", project.Announce(site));
        var weaker = project.MacSession("MACs for orders", VectorProject.Orders);
        Add("MACs where signatures are demanded", weaker, nameof(FailureReason.WrongAuthentication), "3.4 9", project.Announce(weaker),
            project.Grant(project.Producer, weaker));
        var shared = project.Session("shared session of bills", VectorProject.Bills, isShared: true);
        Add("a shared session where MACs are demanded", shared, nameof(FailureReason.WrongAuthentication), "3.4 9", project.Announce(shared),
            project.Grant(project.Producer, shared));
        var signed = project.Session("signed session of bills", VectorProject.Bills);
        Add("a signed session where MACs are demanded", signed, VectorFile.Accepted, null, project.Announce(signed), project.Grant(project.Producer, signed));

        // The authority has raised the version of the reader's group: a former member of it can forge the MACs of older sessions.
        var left = project.Next(claims => claims with
        {
            Groups = [.. claims.Groups.Select(group => group.Value == VectorProject.Billing ? group with { Version = claims.Version } : group)],
        });
        file.Add(
            "of a session from before a member left the reader's group",
            new { before = new[] { VectorProject.OnAuthority(left.Record) }, record = Record(session, message) }, nameof(FailureReason.WrongAuthentication),
            check: "3.4 9");
        var other = project.Next(claims => claims with
        {
            Groups = [.. claims.Groups.Select(group => group.Value == VectorProject.Billing ? group : group with { Version = claims.Version })],
        });
        file.Add(
            "of a session from before a member left another group",
            new { before = new[] { VectorProject.OnAuthority(other.Record) }, record = Record(session, message) }, VectorFile.Accepted,
            MessageVectors.Opened(session, Hello));
        var metrics = project.MacSession("MACs for metrics", VectorProject.Metrics);
        var forgeable = metrics.Seal(Hello);
        VectorRecord[] known = [project.Announce(metrics), project.Grant(project.Producer, metrics)];
        file.Add("MACs where a shared session is enough", new { before = known, record = Record(metrics, forgeable) }, VectorFile.Accepted,
            MessageVectors.Opened(metrics, Hello));
        file.Add(
            "MACs that prove no origin, where a shared session is enough",
            new { before = (VectorRecord[])[.. known, VectorProject.OnAuthority(left.Record)], record = Record(metrics, forgeable) }, VectorFile.Accepted,
            new { plaintext = VectorProject.Hex(Hello), provenBy = nameof(MessageProof.SharedKey) });

        void Add(string name, VectorSession of, string result, string? check, params VectorRecord[] before) => file.Add(
            name, new { before, record = Record(of, of.Seal(Hello)) }, result,
            result == VectorFile.Accepted ? MessageVectors.Opened(of, Hello) : null, check);
    }

    private static object Record(VectorSession session, byte[] value) => MessageVectors.Record(session.Topic, value);

    private static byte[] Altered(byte[] message, int at)
    {
        var altered = message.ToArray();
        altered[at] ^= 1;
        return altered;
    }
}
