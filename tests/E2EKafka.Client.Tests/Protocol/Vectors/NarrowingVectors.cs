namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Documents that name the lowest serial of a member's credentials that counts.</summary>
internal static class NarrowingVectors
{
    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "narrowings", "records",
            "Narrowings: the document names the lowest serial of a member's credentials that counts, because the member has another key or fewer attributes.",
            project.Context([VectorProject.Orders]));
        var member = project.Producer;
        var other = project.Key("another key");
        var narrowed = project.Next(claims => claims with { Narrowings = [new Narrowing(VectorProject.IdOf(member), VectorProject.SerialOf(2))] });
        var document = VectorProject.OnAuthority(narrowed.Record);
        VectorRecord[] credentials =
        [
            .. Enumerable.Range(1, 3).Select(serial => VectorProject.OnAuthority(project.Credential(member, role: "shop", serial, identity: other.Public))),
        ];
        Add("a narrowing to the serial after the newest credential: the member has none", document, VectorFile.Accepted, null, []);
        Add("a narrowing to the serial of the newest credential", document, VectorFile.Accepted, 2, [credentials[1]]);
        Add("a narrowing below the serial of the newest credential", document, VectorFile.Accepted, 3, [credentials[2]]);
        Add("a credential below the narrowing", credentials[0], nameof(RecordProblem.Outdated), null, [document], "3.3 credential");
        Add("a credential of the narrowing's serial", credentials[1], VectorFile.Accepted, 2, [document]);
        Add("a credential above the narrowing", credentials[2], VectorFile.Accepted, 3, [document]);
        Add("a credential below the narrowing, after one above", credentials[0], nameof(RecordProblem.Outdated), 3, [document, credentials[2]],
            "3.3 credential");
        var forged = credentials[0] with { Value = credentials[0].Value![..^86] + project.Document.Record[^86..] };
        Add("a credential below the narrowing, with a wrong signature", forged, nameof(RecordProblem.UnknownSender), null, [document], "3.3 credential");

        var session = project.Session("session", VectorProject.Orders);
        file.Add(
            "an announcement by a member whose credential is below the narrowing", new { before = new[] { document }, record = project.Announce(session) },
            nameof(RecordProblem.UnknownSender),
            new { sessions = new[] { new { statement = session.Statement.HashText, verdict = "unknown" } }, looks = new[] { "authority" } }, "3.1 9");
        file.Add(
            "an announcement by a member whose credential above the narrowing is read in the look",
            new
            {
                before = new[] { document }, record = project.Announce(session),
                meanwhile = new[] { VectorProject.OnAuthority(project.Credential(member, role: "shop", serial: 2)) },
            },
            VectorFile.Accepted, new { looks = new[] { "authority" } });
        return file;

        void Add(string name, VectorRecord record, string result, int? serial, VectorRecord[] before, string? check = null) => file.Add(
            name, new { before, record }, result,
            new
            {
                document = new { version = narrowed.Version, hash = narrowed.Reference.Hash },
                credential = new
                {
                    sub = VectorProject.IdOf(member),
                    serial = serial is { } n ? VectorProject.SerialOf(n) : (long?)null,
                    key = serial is null ? null : other.Public.Thumbprint,
                },
                state = "ready",
            },
            check);
    }
}
