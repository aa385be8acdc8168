namespace E2EKafka.Hosting;

/// <summary>That an authority of this name is registered, with its hosted service and health check.</summary>
internal sealed record CredentialAuthorityRegistration(string Name);
