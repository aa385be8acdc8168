namespace E2EKafka.Records;

/// <summary>The payload of a project document.</summary>
internal sealed record ProjectClaims(
    string Iss,
    string Aud,
    long Iat,
    int Version,
    string Name,
    byte[] Salt,
    AuthorityKeys Authority,
    IReadOnlyList<string> Algorithms,
    ControlTopicLayout Control,
    Policy Policy,
    IReadOnlyList<Revocation> Revocations);
