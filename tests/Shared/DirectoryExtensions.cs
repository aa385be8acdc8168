namespace E2EKafka.Tests;

internal static class DirectoryExtensions
{
    /// <summary>Has a directory take a record of the authority.</summary>
    public static RecordProblem Observe(this MemberDirectory directory, string record) =>
        Jws.TryParse(record) is { } jws ? directory.Observe(jws) : RecordProblem.Malformed;

    /// <summary>Has a directory take all that an authority has published.</summary>
    public static void ObserveAll(this MemberDirectory directory, ProjectAuthority authority)
    {
        foreach (var record in authority.RecordsToPublish(withCredentials: false))
            directory.Observe(record);
    }
}
