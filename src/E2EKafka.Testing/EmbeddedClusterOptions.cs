namespace E2EKafka;

/// <summary>Where an <see cref="EmbeddedCluster"/> listens, and whether it asks for a password.</summary>
public sealed class EmbeddedClusterOptions
{
    /// <summary>Gets or sets how many brokers there are; their ids are 1, 2 and so on. Default: 1.</summary>
    public int Brokers { get; set; } = 1;

    /// <summary>
    /// Gets or sets the port of the first broker on the loopback interface; each further broker has the next one. Default: 0, the
    /// operating system chooses.
    /// </summary>
    public int Port { get; set; }

    /// <summary>
    /// Gets the users that may connect, by name, with their passwords: clients then need <c>security.protocol=SASL_PLAINTEXT</c> and
    /// <c>sasl.mechanism=PLAIN</c>. Default: none, everybody may. Who has logged in may do everything.
    /// </summary>
    public IDictionary<string, string> Users { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
