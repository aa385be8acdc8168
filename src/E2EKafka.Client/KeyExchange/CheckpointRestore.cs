using E2EKafka.Membership;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Takes what an earlier life of this process kept, as if it were read again.</summary>
internal sealed class CheckpointRestore(
    Member member, KeyPackages ownPackages, PackageDirectory packages, SessionStore store, KeyRequester requester, OwnAnnouncements announcements,
    SessionPartitions sessionPartitions, LogStarts starts, ControlInbox inbox)
{
    private readonly ILookup<string, KeyValuePair<string, string>> _kinds =
        member.Checkpoint.Records().OrderBy(pair => pair.Key, StringComparer.Ordinal).ToLookup(pair => pair.Key.Split(':')[0]);

    /// <summary>Everything is judged by the document in force, and most by credentials: they come first, whatever the order in the log was.</summary>
    public void Restore()
    {
        TakeAll("revocations");
        TakeAll("document");

        // The document in force is not known whole. Nothing can be judged, and the log is read from its start.
        if (member.Directory.LacksRevocations)
            return;

        TakeKeyChanges();
        foreach (var (name, record) in _kinds["credential"].Concat(_kinds["next-credential"]))
        {
            if (!Take(record))
                member.Checkpoint.Forget(name);
        }

        var isPackageRefused = false;
        foreach (var (name, record) in _kinds["package"])
        {
            if (TakePackage(record))
                continue;

            isPackageRefused = true;
            member.Checkpoint.Forget(name);
        }

        foreach (var (_, record) in _kinds["granted"])
            sessionPartitions.Recall(record);
        foreach (var (name, record) in _kinds["log-start"].Concat(_kinds["topic-id"]))
            starts.Recall(name, record);
        foreach (var (name, record) in _kinds["session"])
        {
            if (store.Recall(name, record) is { } session)
                requester.Expect(session);
        }

        // An entry that cannot be read may be a record, or a key of which the grant is still on the log. All is read again.
        // Where topics were created again meanwhile, nothing shows it: our package and announcements are published again.
        if (member.Vault.Unreadable.Count > 0 || store.HasRowsSetAside)
        {
            ownPackages.PublishAgain(before: long.MaxValue);
            announcements.PublishAllAgain();
            return;
        }

        // A package is refused where its sender's credential is by a key that the authority replaced while this member was down. It counts again
        // when the newer credential is read, and stands on the log only once.
        foreach (var (partition, offset) in member.Checkpoint.Positions().Where(pair => !isPackageRefused || pair.Key != ControlPartition.Members))
            inbox.Resume(partition, offset);
    }

    private bool Take(string record) => Jws.TryParse(record) is { } jws && member.Directory.Observe(jws) == RecordProblem.None;

    private void TakeAll(string kind)
    {
        foreach (var (_, record) in _kinds[kind])
            Take(record);
    }

    // A key may be announced by another that was announced: those that are refused are tried again until none is taken.
    private void TakeKeyChanges()
    {
        var refused = _kinds["authority-key"].ToList();
        for (var before = int.MaxValue; refused.Count < before;)
        {
            before = refused.Count;
            refused.RemoveAll(pair => Take(pair.Value));
        }

        refused.ForEach(pair => member.Checkpoint.Forget(pair.Key));
    }

    private bool TakePackage(string record)
    {
        if (Jws.TryParse(record) is not { } jws ||
            RecordVerifier.Verify<KeyPackage>(jws, member.Directory, writtenAt: null, static _ => true, out _) is not { } package)
            return false;

        if (package.Member == member.Identifier)
            ownPackages.Recall(package);
        else
            packages.Observe(package);
        return true;
    }
}
