using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The readers of a topic that keep its keys when their process ends. A session is used only if there is one, for each reader group.</summary>
internal sealed class LastingReaders(Member member, SessionStore store, KeyGranter granter, string topic)
{
    /// <summary>Finds the readers that a session is to be sealed to.</summary>
    /// <param name="began">When the session begins.</param>
    /// <param name="readers">All of them.</param>
    /// <returns>Why only this process's memory could open what is sent; <see langword="null"/> if that is not so.</returns>
    public MemberFailure? FindShortage(DateTimeOffset began, out List<KeyPackage> readers)
    {
        var groups = member.Directory.Project.Policy.RequirementsOf(topic).ReaderGroups;
        readers = [.. granter.ReadersOf(topic, groups, began)];
        var lasting = readers.Where(package => granter.IsLasting(package, topic)).ToList();
        var without = (groups?.Values ?? []).Where(group => !lasting.Any(package => member.Directory.GroupOf(package.Member, groups) == group)).ToList();
        return (lasting.Count > 0 && without.Count == 0) || store.IsDurable(topic)
            ? null
            : new MemberFailure(FailureReason.NoDurableReader, granter.WhyNoReader(topic, without, member.Now));
    }
}
