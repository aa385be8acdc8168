using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Each type of record on each control topic that it does not belong on.</summary>
internal static class TopicVectors
{
    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "topics", "records", "Each type of record on each control topic on which it does not belong: check 3 of 3.1. Nothing else is wrong with the records.",
            project.Context([VectorProject.Orders]));
        var session = project.Session("session", VectorProject.Orders);
        var (sessions, grants) = (project.SessionsOf(VectorProject.Orders), project.GrantsOfReader);
        var request = AuthorityRequest.Create(project.Document, VectorProject.IdOf(project.Peer), project.Peer, ticket: null, VectorProject.Now);
        var rotated = VectorProject.Rotated(
            project.Document.Claims, project.NextAuthorityKey, project.Stranger, project.NextSealing.PublicKey, VectorProject.Now);
        foreach (var (name, topic, text) in (List<(string, ControlTopicKind, string)>)
        [
            ("a document", ControlTopicKind.Authority, project.Next(claims => claims).Record),
            ("a record of removals", ControlTopicKind.Authority, project.Revocations(
                new Revocation(VectorProject.IdOf(project.Peer), RevocationKind.Departed, VectorProject.Seconds(VectorProject.Now))).Text),
            ("a key change", ControlTopicKind.Authority, rotated.Authority.Changes[^1]),
            ("a credential", ControlTopicKind.Authority, project.Credential(project.Stranger, role: "shop")),
            ("a refusal", ControlTopicKind.Authority, RawJws.Sign(
                RecordTypes.Refusal,
                new RefusalClaims(project.Document.Authority, project.Id, VectorProject.IdOf(project.Peer), VectorProject.Seconds(VectorProject.Now),
                    request.Hash,
                    FailureReason.NotEnrolled),
                RecordJson.Default.RefusalClaims, project.NextAuthorityKey).Text),
            ("a key package", ControlTopicKind.Members, KeyPackage.Create(
                project.Id, VectorProject.IdOf(project.Peer), project.PackageKey.PublicKey, [VectorProject.Orders], isDurable: true, project.Peer,
                    VectorProject.Now,
                TimeSpan.FromHours(24)).Record),
            ("an announcement", ControlTopicKind.Sessions, session.Announcement()),
            ("a grant", ControlTopicKind.Grants, project.GrantText(project.Producer, project.Package, session)),
            ("a request for a credential", ControlTopicKind.Requests, request.Text),
            ("a request for keys", ControlTopicKind.Requests, KeyRequest.Create(
                project.Id, VectorProject.IdOf(project.Peer), project.Package.Id, attempt: 1, [session.Statement], project.Peer, VectorProject.Now)),
        ])
        {
            foreach (var other in Enum.GetValues<ControlTopicKind>().Where(other => other != topic))
            {
                var partition = other == ControlTopicKind.Sessions ? sessions : other == ControlTopicKind.Grants ? grants : new ControlPartition(other, 0);
                file.Add(
                    $"{name} on {VectorRecord.NameOf(other)}", new { record = VectorRecord.On(partition, text, VectorProject.Now) },
                        nameof(RecordProblem.UnexpectedType),
                    check: "3.1 3");
            }
        }

        return file;
    }
}
