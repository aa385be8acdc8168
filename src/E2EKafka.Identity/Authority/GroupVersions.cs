using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// From which document version on the macs of each reader group prove origin. A member that is removed, leaves the group or replaces its
/// identity key may have given away the group's keys of all sessions before.
/// </summary>
internal static class GroupVersions
{
    /// <summary>Gives a document that is about to be signed the version of each group that its policy lists.</summary>
    /// <param name="previous">The document before it.</param>
    /// <param name="next">The document, with its own version.</param>
    /// <param name="leavers">
    /// The attributes that each member loses that is removed, or whose key or attributes change; <see langword="null"/> for a member that the authority
    /// does not know, which may have been in any group.
    /// </param>
    public static ProjectClaims Follow(ProjectClaims previous, ProjectClaims next, params IReadOnlyList<IReadOnlyDictionary<string, string>?> leavers)
    {
        // While policy does not list a group, the members that leave it raise no version. So it begins again when it is listed again.
        var known = previous.Groups.ToDictionary(group => (group.Attribute, group.Value), group => group.Version);
        return next with
        {
            Groups =
            [
                .. next.Policy.ListedGroups().Select(group => new ReaderGroupVersion(
                    group.Attribute,
                    group.Value,
                    known.TryGetValue(group, out var version) && !IsLeft(group) ? version : next.Version)),
            ],
        };

        bool IsLeft((string Attribute, string Value) group) =>
            leavers.Any(attributes => attributes is null || attributes.GetValueOrDefault(group.Attribute) == group.Value);
    }
}
