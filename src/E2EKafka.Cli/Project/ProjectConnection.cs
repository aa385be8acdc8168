namespace E2EKafka.Cli;

/// <summary>What is kept beside a <c>project.json</c>, which has no room for it: it is signed, and the same for everybody.</summary>
internal sealed record ProjectConnection(string BootstrapServers);
