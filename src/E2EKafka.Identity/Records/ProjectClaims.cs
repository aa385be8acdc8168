namespace E2EKafka.Records;

/// <summary>
/// The payload of a project document. <c>Development</c> is chosen once, when the project is made. <c>Algorithms</c> lists the KEMs
/// that members may have, as <see cref="KeyAlgorithms"/> names them; a member makes keys of the first.
/// </summary>
internal sealed record ProjectClaims(
    string Iss,
    string Aud,
    long Iat,
    int Version,
    string Name,
    byte[] Salt,
    bool Development,
    AuthorityKeys Authority,
    IReadOnlyList<string> Algorithms,
    ControlTopicLayout Control,
    Policy Policy,
    IReadOnlyList<Revocation> Revocations);
