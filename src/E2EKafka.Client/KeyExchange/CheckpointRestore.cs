using E2EKafka.Membership;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Takes what an earlier life of this process kept, as if it were read again.</summary>
internal sealed class CheckpointRestore(
    Member member, OwnKeyPackages ownPackages, PackageDirectory packages, SessionStore store, KeyRequester requester, GrantedTopics grantedTopics,
    ControlInbox inbox)
{
    public void Restore()
    {
        // The document in force comes first, because everything else is judged by it.
        var records = member.Checkpoint.Records().OrderBy(pair => pair.Key, StringComparer.Ordinal).ToLookup(pair => pair.Key.StartsWith(Checkpoint.RevocationsOf(""), StringComparison.Ordinal));
        foreach (var (_, record) in records[true])
        {
            if (Jws.TryParse(record) is { } revocations)
                member.Directory.Observe(revocations);
        }

        foreach (var (_, record) in records[false].Where(pair => pair.Key == Checkpoint.WaitingDocument || pair.Key == Checkpoint.ConflictingDocument))
        {
            if (Jws.TryParse(record) is { } document)
                member.Directory.Observe(document);
        }

        // It is not known whole. Nothing can be judged, and the log is read from its start.
        if (member.Directory.LacksRevocations)
            return;

        // A key may be announced by another that was announced.
        List<KeyValuePair<string, string>> changes = [.. records[false].Where(pair => pair.Key.StartsWith(Checkpoint.KeyChangeOf(""), StringComparison.Ordinal))];
        while (changes.RemoveAll(pair => Jws.TryParse(pair.Value) is { } change && member.Directory.Observe(change) == RecordProblem.None) > 0)
        {
        }

        changes.ForEach(pair => member.Checkpoint.Forget(pair.Key));
        foreach (var (name, record) in records[false])
        {
            // Credentials come first, because the others are judged by them.
            switch (name.Split(':')[0])
            {
                case "credential" or "next-credential":
                    if (Jws.TryParse(record) is not { } own || member.Directory.Observe(own) != RecordProblem.None || IsOver(own))
                        member.Checkpoint.Forget(name);
                    break;
                case "package":
                    if (Jws.TryParse(record) is not { } jws ||
                        RecordVerifier.Verify<KeyPackage>(jws, member.Directory, writtenAt: null, static _ => true, out _) is not { } package ||
                        member.Now > package.ExpiresAt)
                        member.Checkpoint.Forget(name);
                    else if (package.Member == member.Identifier)
                        ownPackages.Recall(package);
                    else
                        packages.Observe(package);
                    break;
                case "granted":
                    grantedTopics.Recall(record);
                    break;
                case "session":
                    if (store.Recall(name, record) is { } session)
                        requester.Expect(session);
                    break;
            }
        }

        foreach (var (partition, offset) in member.Checkpoint.Positions())
            inbox.Resume(partition, offset);

        bool IsOver(Jws jws) => jws.Type == RecordTypes.Credential && jws.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims &&
            member.Now > RecordClock.ToTime(claims.Exp) + ControlTopic.MemberRetention + member.Directory.Project.LongestKeyRetention;
    }
}
