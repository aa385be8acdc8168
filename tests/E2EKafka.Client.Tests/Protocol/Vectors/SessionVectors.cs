using System.Text;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>What follows from a session's secret, its statement and the keys of its reader groups.</summary>
internal static class SessionVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile("sessions", "sessions", "What follows from a session's secret and its statement (1.11).", new { });
        foreach (var (name, session) in (List<(string, VectorSession)>)
        [
            ("a signed session", project.Session("session", VectorProject.Orders)),
            ("a shared session", project.Session("session of metrics", VectorProject.Metrics, isShared: true)),
            ("a session with MACs", project.MacSession("session of bills")),
        ])
        {
            file.Add(name, new { secret = session.SecretHex, statement = Statement(session) }, VectorFile.Accepted, new
            {
                coreHash = VectorProject.Hex(SessionStatement.HashOf(session.Statement.Core)),
                commitment = VectorProject.Hex(session.Statement.Claims.Commitment),
                statementHash = VectorProject.Hex(session.Statement.Hash),
                name = session.Statement.HashText,
                id = session.Statement.Id.ToString(),
                key = VectorProject.Hex(session.Keys.Key.Span),
                iv = VectorProject.Hex(session.Keys.Iv),
            });
            file.Add($"another secret of {name}", new { secret = VectorProject.Hex(VectorProject.Fixed("another secret")), statement = Statement(session) },
                "CommitmentMismatch", check: "1.11");
            file.Add(
                $"the secret of {name}, and another statement with its commitment",
                new { secret = session.SecretHex, statement = VectorProject.Replace(Statement(session), $"\"begins\":{Now}", $"\"begins\":{Now + 1}") },
                "CommitmentMismatch", check: "1.11");
        }

        AddGroups(project.MacSession("session of bills"));
        return file;

        void AddGroups(VectorSession session)
        {
            foreach (var (name, keys, group) in (List<(string, IReadOnlyList<GroupKey>, int)>)
            [
                ("the key of the first group", session.GroupKeys, 0), ("the key of the second group", session.GroupKeys, 1),
                ("the key of another group", [.. session.GroupKeys.Reverse()], 0),
                ("the key of the first group in another session", project.MacSession("another session of bills").GroupKeys, 0),
            ])
            {
                var isTheirs = keys == session.GroupKeys;
                file.Add(
                    name,
                    new
                    {
                        secret = session.SecretHex, statement = Statement(session), group = session.GroupKeys[group].Group,
                        groupKey = VectorProject.Hex(keys[group].Key.Span),
                    },
                    isTheirs ? VectorFile.Accepted : "CommitmentMismatch",
                    isTheirs ? new { groupCommitment = VectorProject.Hex(session.Statement.Claims.Groups![group]) } : null, isTheirs ? null : "1.11");
            }
        }

        static string Statement(VectorSession session) => Encoding.ASCII.GetString(session.Statement.Encode());
    }
}
