namespace E2EKafka.Cli;

/// <summary>What a check has found.</summary>
/// <param name="Verdict">How that is to be taken.</param>
/// <param name="Found">What was found, in one sentence.</param>
/// <param name="Remedy">What to do about it; <see langword="null"/> where there is nothing to do.</param>
internal sealed record Finding(Verdict Verdict, string Found, string? Remedy = null)
{
    public static Finding Passed(string found) => new(Verdict.Passed, found);

    public static Finding Warning(string found, string remedy) => new(Verdict.Warning, found, remedy);

    public static Finding Failed(string found, string remedy) => new(Verdict.Failed, found, remedy);

    public static Finding CouldNotLook(string why, string? remedy = null) => new(Verdict.CouldNotLook, $"Could not look: {why}", remedy);

    /// <summary>A right is missing that it takes to look.</summary>
    /// <param name="cause">Which one, and whose.</param>
    /// <param name="besides">What else is to be said.</param>
    public static Finding Lacks(RightMissingException cause, string besides = "") => CouldNotLook(
        $"{cause.Error.Reason}.{(besides.Length == 0 ? "" : $" {besides}")}",
        cause.MayBeMissing
            ? "Create it, or grant that right: `e2ekafka topics print` has the commands."
            : "Grant that right, or look as the operator's user (`e2ekafka doctor --role operator`): `e2ekafka topics print` has the ACLs.");
}
