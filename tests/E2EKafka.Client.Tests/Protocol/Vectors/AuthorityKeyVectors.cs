using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>The authority replaces its key: the change, then the credentials by the next key, then the document.</summary>
internal static class AuthorityKeyVectors
{
    private const string Unknown = nameof(RecordProblem.UnknownSender);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "authority-keys", "records",
            "The authority replaces its key: it publishes the change as a record of its own, the newest credentials signed again by the next key, and then the " +
            "document that puts the key in force.",
            project.Context([VectorProject.Orders]));
        var third = project.Key("authority, third");
        var rotated = VectorProject.Rotated(project.Document.Claims, project.NextAuthorityKey, third, project.NextSealing.PublicKey, VectorProject.Now);
        var (change, document) = (VectorProject.OnAuthority(rotated.Authority.Changes[^1]), ProjectDocument.Sign(rotated, third));
        VectorRecord[] before = [.. project.BeforeReplacing(rotated, third)];
        var published = VectorProject.OnAuthority(document.Record);
        var (old, next) = (VectorProject.SerialOf(1), VectorProject.SerialOf(2));
        var renewed = VectorProject.OnAuthority(project.Credential(project.Producer, role: "shop", serial: 2, key: third));
        Add("the change", change, VectorFile.Accepted, project.Document, old);
        Add("the change, again", change, VectorFile.Accepted, project.Document, old, [change]);
        Add("a credential by the next key, after the change: the one by the current key stays the newest", renewed, VectorFile.Accepted, project.Document, old,
            [change]);
        Add("a credential by the next key, before the change", renewed, Unknown, project.Document, old, check: "3.3 credential");
        Add("the document, after change and credentials", published, VectorFile.Accepted, document, old, before);
        Add("the document, after a renewed credential by the next key", published, VectorFile.Accepted, document, next, [.. before, renewed]);
        var later = VectorProject.OnAuthority(project.Credential(project.Producer, role: "shop", serial: 3));
        Add("the document, after a credential by the key before with a higher serial", published, VectorFile.Accepted, document, old, [later, .. before]);
        Add("the document, after the credentials of others: the member has none", published, VectorFile.Accepted, document, null,
            [.. before.Where(record => record != before[1])]);
        Add("a credential by the new key, after the document", renewed, VectorFile.Accepted, document, next, [.. before, published]);
        Add("a credential by the key before, after the document", later, Unknown, document, old, [.. before, published], "3.3 credential");
        Add("a credential by the key before, after the document, dated before the change",
            VectorProject.OnAuthority(project.Credentials[0]), Unknown, document, old, [.. before, published], "3.3 credential");
        Add("the change, after the document", change, nameof(RecordProblem.Outdated), document, old, [.. before, published], "3.3 key change");
        AddChanges(project, Add, third, old);
        AddDocuments(project, Add, third, old);

        var removal = VectorProject.OnAuthority(
            RevocationRecord.Sign(project.Id, [new Revocation(VectorProject.IdOf(project.Peer), RevocationKind.Departed, rotated.Iat)], third).Text);
        Add("a record of removals by the next key, after the change", removal, VectorFile.Accepted, project.Document, old, [change]);
        Add("a record of removals by the next key, before the change", removal, Unknown, project.Document, old, check: "3.3 revocations");
        var conflicting = VectorProject.OnAuthority(project.Credential(
            project.Stranger, role: "shop", key: third, change: claims => claims with { Document = document.Reference with { Hash = claims.Document.Hash } }));
        Add("a credential by the next key that names another document of the version that is to come", conflicting, VectorFile.Accepted, project.Document,
            old, [change]);
        file.Add(
            "the document, after a credential by its key that names another document of its version",
            new { before = (VectorRecord[])[.. before, conflicting], record = published }, VectorFile.Accepted,
            new { document = Reference(document), state = nameof(FailureReason.ProjectInvalid) });
        file.Add(
            "the document alone: the reader has no credential", new { record = published }, VectorFile.Accepted,
            new { document = Reference(document), credential = Newest(project, null), state = nameof(FailureReason.NotEnrolled) });
        return file;

        void Add(string name, VectorRecord record, string result, ProjectDocument inForce, long? serial, VectorRecord[]? preceding = null,
            string? check = null) => file.Add(
            name, new { before = preceding, record }, result,
            new { document = Reference(inForce), credential = Newest(project, serial), state = "ready" }, check);
    }

    private delegate void AddVector(
        string name, VectorRecord record, string result, ProjectDocument inForce, long? serial, VectorRecord[]? preceding = null, string? check = null);

    private static object Reference(ProjectDocument document) => new { version = document.Version, hash = document.Reference.Hash };

    private static object Newest(VectorProject project, long? serial) => new
    {
        sub = VectorProject.IdOf(project.Producer), serial, key = serial is null ? null : project.Producer.Public.Thumbprint,
    };

    private static void AddChanges(VectorProject project, AddVector add, SigningKey third, long old)
    {
        var authority = project.Document.Authority;
        foreach (var (name, change, reason) in (List<(string, string, RecordProblem)>)
        [
            ("a change by a stranger", Change(authority, project.Stranger), RecordProblem.UnknownSender),
            ("a change of a member's key, on the authority's topic", Change(VectorProject.IdOf(project.Producer), project.Producer), RecordProblem.UnknownSender),
            ("another change by the first key, which was replaced", Change(authority, project.AuthorityKey), RecordProblem.Outdated),
            ("the change of the first key, which the document has", project.Document.Claims.Authority.Changes[0], RecordProblem.Outdated),
        ])
            add(name, VectorProject.OnAuthority(change), reason.ToString(), project.Document, old, check: "3.3 key change");
        var text = Change(authority, project.NextAuthorityKey);
        var byNext = Change(authority, third);
        foreach (var (name, change, reason, before) in (List<(string, string, RecordProblem, string[])>)
        [
            ("a change by the current key with a space", Edit("{\"aud\"", "{ \"aud\""), RecordProblem.Malformed, []),
            ("a change by the current key for another project", Edit(project.Id, project.Document.Authority), RecordProblem.UnknownSender, []),
            ("a change by the current key of a member's key", Change(VectorProject.IdOf(project.Producer), project.NextAuthorityKey), RecordProblem.UnknownSender,
                []),
            ("a change by the current key to one that is not on the curve", Edit(third.Public.Jwk.Y, third.Public.Jwk.X), RecordProblem.Malformed, []),
            ("a change by the current key to itself", KeyChange.Create(project.Id, authority, project.NextAuthorityKey, project.NextAuthorityKey.Public, VectorProject.Now),
                RecordProblem.Malformed, []),
            ("a change by the current key back to the first", KeyChange.Create(project.Id, authority, project.NextAuthorityKey, project.AuthorityKey.Public, VectorProject.Now),
                RecordProblem.Malformed, []),
            ("a change with a wrong signature that names the current key",
                VectorProject.Forge(RecordTypes.KeyChange, RawJws.PayloadOf(text), project.NextAuthorityKey, project.Stranger), RecordProblem.UnknownSender, []),
            ("a change with a space by a stranger", VectorProject.Sign(RecordTypes.KeyChange, RawJws.PayloadOf(text).Replace("{\"aud\"", "{ \"aud\"",
                StringComparison.Ordinal),
                project.Stranger), RecordProblem.Malformed, []),
            ("a change by the next key, before the change to it", byNext, RecordProblem.UnknownSender, []),
            ("a change by the next key with a space, after the change to it",
                VectorProject.Edit(byNext, third, "{\"aud\"", "{ \"aud\""), RecordProblem.Malformed, [text]),
            ("a space in a change by the first key, which was replaced", VectorProject.Edit(Change(authority, project.AuthorityKey), project.AuthorityKey,
                "{\"aud\"", "{ \"aud\""), RecordProblem.Malformed, []),
        ])
            add(name, VectorProject.OnAuthority(change), reason.ToString(), project.Document, old, [.. before.Select(record =>
                VectorProject.OnAuthority(record))], "3.3 key change");
        add("a change by the next key, after the change to it", VectorProject.OnAuthority(byNext), VectorFile.Accepted, project.Document, old,
            [VectorProject.OnAuthority(text)]);
        var valid = VectorProject.OnAuthority(text);
        add("a change with a Kafka timestamp below -1", valid with { KafkaTimestamp = -2 }, nameof(RecordProblem.BadTimestamp), project.Document, old,
            check: "3.1 1");
        add("a change on another topic", VectorRecord.On(ControlPartition.Members, valid.Value, VectorProject.Now), nameof(RecordProblem.UnexpectedType),
            project.Document, old, check: "3.1 3");

        string Edit(string from, string to) => VectorProject.Edit(text, project.NextAuthorityKey, from, to);

        string Change(string identifier, SigningKey by) => KeyChange.Create(project.Id, identifier, by, third.Public, VectorProject.Now);
    }

    private static void AddDocuments(VectorProject project, AddVector add, SigningKey third, long old)
    {
        var sameTime = VectorProject.Rotated(
            project.Document.Claims, project.NextAuthorityKey, third, project.NextSealing.PublicKey, VectorProject.RotatedAt);
        var document = ProjectDocument.Sign(sameTime, third);
        add("the keys replaced twice in one second", VectorProject.OnAuthority(document.Record), VectorFile.Accepted, document, old,
            [.. project.BeforeReplacing(sameTime, third)]);
        var fourth = project.Key("authority, fourth");
        var twice = VectorProject.Rotated(sameTime, third, fourth, project.NextSealing.PublicKey, VectorProject.Now);
        var second = ProjectDocument.Sign(twice, fourth);
        add("the keys replaced again", VectorProject.OnAuthority(second.Record), VectorFile.Accepted, second, old,
            [.. project.BeforeReplacing(sameTime, third), VectorProject.OnAuthority(document.Record), .. project.BeforeReplacing(twice, fourth)]);
    }
}
