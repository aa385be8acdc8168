namespace E2EKafka.Records;

/// <summary>
/// The payload of a project document. <c>Development</c> is chosen once, when the project is made. <c>Algorithms</c> lists the KEMs
/// that members may have, as <see cref="KeyAlgorithms"/> names them; a member makes keys of the first. <c>Groups</c> has an entry for each
/// reader group that <c>Policy</c> lists.
/// </summary>
internal sealed record ProjectClaims(
    string Iss,
    string Aud,
    long Iat,
    long Version,
    string Name,
    byte[] Salt,
    AuthorityKeys Authority,
    IReadOnlyList<string> Algorithms,
    ControlTopicLayout Control,
    Policy Policy,
    IReadOnlyList<ReaderGroupVersion>? Groups = null,
    IReadOnlyList<Narrowing>? Narrowings = null,
    IReadOnlyList<string>? Revocations = null,
    bool Development = false)
{
    /// <summary>For each reader group that the policy lists, from which document version on its macs prove origin.</summary>
    public IReadOnlyList<ReaderGroupVersion> Groups { get; init; } = Groups ?? [];

    /// <summary>The members whose older credentials do not count, each once, by identifier.</summary>
    public IReadOnlyList<Narrowing> Narrowings { get; init; } = Narrowings ?? [];

    /// <summary>The hashes of the <see cref="RevocationRecord"/>s that count. A removal in a later one replaces the same member's in an earlier one.</summary>
    public IReadOnlyList<string> Revocations { get; init; } = Revocations ?? [];
}
