using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Says why a topic, or one of its reader groups, has no lasting reader to seal a session to.</summary>
internal static class ReaderShortage
{
    /// <param name="member">This member.</param>
    /// <param name="packages">All key packages that it knows.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="groups">The reader groups without such a reader, where the topic lists groups.</param>
    /// <param name="now">The time.</param>
    /// <returns>What, and what to do.</returns>
    public static string Explain(Member member, IEnumerable<KeyPackage> packages, string topic, IReadOnlyList<string> groups, DateTimeOffset now)
    {
        var listed = member.Directory.Project.Policy.RequirementsOf(topic).ReaderGroups;
        var causes = packages.Where(package => package.Member != member.Identifier)
            .Where(package => member.Directory.GroupOf(package.Member, listed) is not { } group || groups.Contains(group))
            .GroupBy(package => CauseOf(member, package, topic, now))
            .OrderBy(group => group.Key)
            .Select(group => (Cause: group.Key, Count: group.Count(), Topics: TopicsOf(group)))
            .ToList();
        var found = causes.Count == 0
            ? $"no consumer{(groups.Count == 0 ? "" : " of it")} has published a key package"
            : $"{Consumers(causes.Sum(cause => cause.Count))} a key package, and none can be used: {string.Join(", ", causes.Select(cause => Words(cause.Cause, cause.Count, cause.Topics)))}";
        var vault = member.Vault.IsDurable
            ? "policy sets the topic's key retention to zero, so that this member's vault keeps no keys of it"
            : "this member's vault is in memory";
        var remedies = causes.Count == 0
            ? [$"Start a consumer that names '{topic}' in Consume"]
            : causes.Select(cause => Remedy(cause.Cause, topic)).Distinct();
        var who = groups.Count == 0 ? "No member" : $"No member of reader group {string.Join(" or ", groups)} ({listed!.Attribute})";
        return $"{who} could open a message to '{topic}' if this process ended: {found}; and {vault}. {string.Join(", or ", remedies)}; or name an archive reader in the policy{(member.Vault.IsDurable ? "" : ", or keep this member's keys in a file")}.";
    }

    private static Cause CauseOf(Member member, KeyPackage package, string topic, DateTimeOffset now)
    {
        var requirements = member.Directory.Project.Policy.RequirementsOf(topic);
        return member.Directory.Project.RevocationOf(package.Member) is not null ? Cause.Revoked
            : package.Claims.Topics.Count == 0 ? Cause.Left
            : member.Directory.Newest(package.Member) is not { } credential || !credential.IsValidAt(now) ? Cause.CredentialEnded
            : now >= package.ExpiresAt ? Cause.Expired
            : !package.IsUsable(now) ? Cause.OtherVersion
            : !package.Consumes(topic) && !requirements.ArchiveReaders.Contains(package.Member) ? Cause.OtherTopics
            : requirements.ReaderGroups is { } groups && groups.GroupOf(credential.Attributes) is null ? Cause.OutsideGroups
            : !package.IsDurable && member.Directory.Admits(credential, topic, requirements.ReaderGroups, now) ? Cause.NotDurable
            : member.Directory.Admits(credential, topic, requirements.ReaderGroups, DateTimeOffset.MaxValue) ? Cause.JustJoined
            : Cause.Policy;
    }

    private static string TopicsOf(IEnumerable<KeyPackage> packages)
    {
        const int shown = 5;
        var topics = packages.SelectMany(package => package.Claims.Topics).Distinct().Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", topics.Take(shown)) + (topics.Count > shown ? $" and {topics.Count - shown} more" : "");
    }

    private static string Consumers(int count) => count == 1 ? "1 consumer has" : $"{count} consumers have";

    private static string Words(Cause cause, int count, string topics) => cause switch
    {
        Cause.OtherTopics => $"{count} for other topics ({topics})",
        Cause.Policy => $"{count} whose owner may not consume the topic by policy",
        Cause.NotDurable => $"{count} whose owner keeps its keys in memory",
        Cause.OutsideGroups => $"{count} whose owner is in none of the topic's reader groups",
        Cause.Expired => $"{count} expired",
        Cause.CredentialEnded => $"{count} whose owner's credential has ended",
        Cause.Left => $"{count} taken back, because its owner left",
        Cause.Revoked => $"{count} whose owner was removed from the project",
        Cause.OtherVersion => $"{count} of a version that this release does not know",
        _ => $"{count} whose owner joined in this very second",
    };

    private static string Remedy(Cause cause, string topic) => cause switch
    {
        Cause.OtherTopics => $"Have a consumer name '{topic}' in Consume",
        Cause.Policy => "Have the project's owner give a consumer a rule for the topic, or the attributes that a rule asks for",
        Cause.NotDurable => "Have a consumer keep its keys in a file (a durable vault)",
        Cause.OutsideGroups => "Enroll a consumer with the attribute of the reader group",
        Cause.Expired or Cause.CredentialEnded => "Check that the consumer runs, and that the authority renews its credential",
        Cause.JustJoined => "Try again",
        Cause.OtherVersion => "Update this application",
        _ => $"Start a consumer that names '{topic}' in Consume",
    };

    // In the order in which they are told: those first that are nearest to a remedy.
    private enum Cause
    {
        JustJoined,
        NotDurable,
        OtherTopics,
        OutsideGroups,
        Policy,
        Expired,
        CredentialEnded,
        OtherVersion,
        Left,
        Revoked,
    }
}
