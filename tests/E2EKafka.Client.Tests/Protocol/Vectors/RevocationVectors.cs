using System.Buffers.Text;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Records of removals, and the documents that name them by their hashes.</summary>
internal static class RevocationVectors
{
    private const string Malformed = nameof(RecordProblem.Malformed);
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "revocations", "records",
            "Records of removals that a member reads, and documents that name them by their hashes. The authority publishes the records first.",
            project.Context([VectorProject.Orders]));
        var (removal, document) = project.Without(project.Peer, RevocationKind.Departed);
        var record = VectorProject.OnAuthority(removal.Text);
        Add("a record that no document names yet", record, VectorFile.Accepted, project.Document);
        Add("the document that names it", VectorProject.OnAuthority(document.Record), VectorFile.Accepted, document, before: [record]);
        Add("a document whose record is missing", VectorProject.OnAuthority(document.Record), VectorFile.Accepted, project.Document, isOutdated: true);
        Add("the record that was missing", record, VectorFile.Accepted, document, before: [VectorProject.OnAuthority(document.Record)]);
        Add("the record that is there, again", record, VectorFile.Accepted, document, before: [record, VectorProject.OnAuthority(document.Record)]);
        AddSignatures(project, Add, removal);
        AddSeveral(project, Add, removal);

        Refuse("a Kafka timestamp below -1", record with { KafkaTimestamp = -2 }, nameof(RecordProblem.BadTimestamp), "3.1 1");
        Refuse("a signature of 85 characters", VectorProject.OnAuthority(removal.Text[..^1]), Malformed, "3.1 2");
        Refuse("on another topic", VectorRecord.On(ControlPartition.Members, removal.Text, VectorProject.Now), nameof(RecordProblem.UnexpectedType), "3.1 3");
        var peer = VectorProject.IdOf(project.Peer);
        var entry = $$"""{"sub":"{{peer}}","kind":"departed","at":{{Now}}}""";
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("no removal", entry, ""), ("a member twice", entry, $"{entry},{entry}"), ("no known kind", "\"departed\"", "\"left\""),
            ("no identifier", peer, peer[1..]), ("a time after the year 9998", $"\"at\":{Now}", "\"at\":253370764800"),
            ("another project", project.Id, peer), ("a payload with a space", "{\"aud\"", "{ \"aud\""),
        ])
        {
            var edited = VectorProject.OnAuthority(VectorProject.Edit(removal.Text, project.NextAuthorityKey, old, with));
            Refuse(name, edited, Malformed, "3.3 revocations");
        }

        AddWaiting(project, file, record, document);
        return file;

        void Refuse(string name, VectorRecord refused, string reason, string check) => Add(name, refused, reason, project.Document, check: check);

        void Add(string name, VectorRecord added, string result, ProjectDocument inForce, bool isOutdated = false, VectorRecord[]? before = null,
            string? check = null) => file.Add(
            name, new { before, record = added }, result,
            new
            {
                document = new { version = inForce.Version, hash = inForce.Reference.Hash },
                state = isOutdated ? nameof(FailureReason.ProjectOutdated) : "ready",
            },
            check);
    }

    private delegate void AddVector(
        string name, VectorRecord added, string result, ProjectDocument inForce, bool isOutdated = false, VectorRecord[]? before = null, string? check = null);

    private static void AddSignatures(VectorProject project, AddVector add, RevocationRecord removal)
    {
        const string unknown = nameof(RecordProblem.UnknownSender);
        foreach (var (name, by) in (List<(string, SigningKey)>)
            [("a stranger", project.Stranger), ("a member", project.Producer), ("the authority's first key, which was replaced", project.AuthorityKey)])
        {
            var record = RevocationRecord.Sign(project.Id, removal.Revocations, by);
            var document = project.Next(claims => claims with { Revocations = [record.Hash] });
            VectorRecord[] naming = [VectorProject.OnAuthority(document.Record)];
            add($"signed by {name}, and named by no document", VectorProject.OnAuthority(record.Text), unknown, project.Document, check: "3.3 revocations");
            add($"signed by {name}, and named by a document", VectorProject.OnAuthority(record.Text), VectorFile.Accepted, document, before: naming);
        }

        var forged = VectorProject.OnAuthority(removal.Text[..^86] + project.Document.Record[^86..]);
        add("a wrong signature, and named by no document", forged, unknown, project.Document, check: "3.3 revocations");
        var named = project.Next(claims => claims with { Revocations = [removal.Hash] });
        add("a wrong signature, and named by a document", forged, VectorFile.Accepted, named, before: [VectorProject.OnAuthority(named.Record)]);
    }

    private static void AddSeveral(VectorProject project, AddVector add, RevocationRecord removal)
    {
        var other = project.Revocations(
            new Revocation(VectorProject.IdOf(project.Stranger), RevocationKind.Compromised, Now),
            new Revocation(VectorProject.IdOf(project.Lapsed), RevocationKind.Departed, Now));
        var two = project.Next(claims => claims with { Revocations = [removal.Hash, other.Hash] });
        VectorRecord[] records = [VectorProject.OnAuthority(removal.Text), VectorProject.OnAuthority(other.Text)];
        add("a document that names two records", VectorProject.OnAuthority(two.Record), VectorFile.Accepted, two, before: records);
        add("a document that names two records, of which one is missing", VectorProject.OnAuthority(two.Record), VectorFile.Accepted, project.Document,
            isOutdated: true, before: records[..1]);
        add("the second record that was missing", records[1], VectorFile.Accepted, two, before: [records[0], VectorProject.OnAuthority(two.Record)]);
        var third = Base64Url.EncodeToString(VectorProject.Fixed("record of removals"));
        var more = project.Next(claims => claims with { Version = claims.Version + 1, Revocations = [removal.Hash, other.Hash, third] });
        add("a later document, whose record is missing", VectorProject.OnAuthority(more.Record), VectorFile.Accepted, two, isOutdated: true,
            before: [.. records, VectorProject.OnAuthority(two.Record)]);
        add("an older document while a record of the newest is missing", VectorProject.OnAuthority(two.Record), nameof(RecordProblem.Outdated),
            project.Document, isOutdated: true, before: [.. records, VectorProject.OnAuthority(more.Record)], check: "3.3 document");
    }

    private static void AddWaiting(VectorProject project, VectorFile file, VectorRecord removal, ProjectDocument document)
    {
        var session = project.Session("session", VectorProject.Orders);
        object Known(string verdict) => new
        {
            sessions = new[]
            {
                new { statement = session.Statement.HashText, id = session.Statement.Id.ToString(), announcedAt = Now, verdict },
            },
            looks = Array.Empty<string>(),
        };
        file.Add(
            "an announcement while a record is missing, which is read afterwards",
            new { before = new[] { VectorProject.OnAuthority(document.Record) }, record = project.Announce(session), meanwhile = new[] { removal } },
            VectorFile.Accepted, Known(VectorFile.Accepted));
        var (own, withoutProducer) = project.Without(project.Producer, RevocationKind.Departed);
        file.Add(
            "an announcement by a member whose removal is in the record that is missing, and is read afterwards",
            new
            {
                before = new[] { VectorProject.OnAuthority(withoutProducer.Record) }, record = project.Announce(session),
                meanwhile = new[] { VectorProject.OnAuthority(own.Text) },
            },
            VectorFile.Accepted, Known(nameof(FailureReason.ProducerRevoked)));

        // A removal in a later record replaces the same member's in an earlier one.
        var (departed, compromised) = (Of(RevocationKind.Departed, Now + 60), Of(RevocationKind.Compromised, Now + 60));
        foreach (var (name, records, verdict) in (List<(string, RevocationRecord[], string)>)
        [
            ("departed, and in a later record compromised", [departed, compromised], nameof(FailureReason.ProducerRevoked)),
            ("compromised, and in a later record departed after its announcement", [compromised, departed], VectorFile.Accepted),
        ])
        {
            var both = project.Next(claims => claims with { Revocations = [.. records.Select(record => record.Hash)] });
            file.Add(
                $"an announcement by a member that has {name}",
                new
                {
                    before = (VectorRecord[])[.. records.Select(record => VectorProject.OnAuthority(record.Text)), VectorProject.OnAuthority(both.Record)],
                    record = project.Announce(session),
                },
                VectorFile.Accepted,
                new { sessions = new[] { new { statement = session.Statement.HashText, id = session.Statement.Id.ToString(), announcedAt = Now, verdict } } });
        }

        RevocationRecord Of(RevocationKind kind, long at) => project.Revocations(new Revocation(VectorProject.IdOf(project.Producer), kind, at));
    }
}
