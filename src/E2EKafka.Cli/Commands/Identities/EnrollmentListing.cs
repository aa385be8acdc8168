namespace E2EKafka.Cli;

/// <summary>Whom <c>enroll</c> has made a member.</summary>
/// <param name="Identity">The identity's name in its home.</param>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="Project">The project's id.</param>
/// <param name="CredentialExpiresAt">Until when its credential is valid, if it is not renewed.</param>
internal sealed record EnrollmentListing(string Identity, string Identifier, string Project, DateTimeOffset CredentialExpiresAt);
