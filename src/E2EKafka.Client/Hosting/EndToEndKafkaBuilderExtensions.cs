using Confluent.Kafka;
using E2EKafka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka;

/// <summary>What can be said about a member besides its options.</summary>
public static class EndToEndKafkaBuilderExtensions
{
    /// <summary>Keeps the member's keys in an encrypted file, so that it stays the same member over restarts.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="vaultFile">The vault's file, made if missing.</param>
    /// <param name="vaultKeyFile">The file that has the vault's key, made if missing. Keep it apart from the vault's file and its backups.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder PersistKeysToFile(this IEndToEndKafkaBuilder builder, string vaultFile, string vaultKeyFile) =>
        builder.Configure(options =>
        {
            options.VaultFile = vaultFile;
            options.VaultKeyFile = vaultKeyFile;
        });

    /// <summary>Keeps the member's keys in an encrypted file whose key comes from anywhere, such as a key management service.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="vaultFile">The vault's file, made if missing.</param>
    /// <param name="vaultKey">Has the vault's key: see <see cref="VaultKeyProvider"/>.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder PersistKeysToFile(this IEndToEndKafkaBuilder builder, string vaultFile, IVaultKeyProvider vaultKey)
    {
        ArgumentNullException.ThrowIfNull(vaultKey);
        return builder.Configure(options =>
        {
            options.VaultFile = vaultFile;
            options.VaultKeyProvider = vaultKey;
        });
    }

    /// <summary>Keeps the member's keys in memory only: every start enrolls a new identity, with a ticket that has a use left.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder UseInMemoryVault(this IEndToEndKafkaBuilder builder) =>
        builder.Configure(options => options.UseInMemoryVault = true);

    /// <summary>Sets up the Kafka clients for the control topics: security, timeouts. The application's own clients are not touched.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder ConfigureKafkaClient(this IEndToEndKafkaBuilder builder, Action<ClientConfig> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options =>
        {
            // With librdkafka's names, so that what is set again is not there twice.
            var config = new ClientConfig(KafkaSettings.Of(null, options.Kafka).ToDictionary());
            configure(config);
            options.Kafka.Clear();
            foreach (var (name, value) in config)
                options.Kafka[name] = value;
        });
    }

    /// <summary>Sets tokens of SASL OAUTHBEARER on the Kafka clients of the control topics: <see cref="EndToEndKafkaOptions.OAuthBearerTokenRefreshHandler"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="handler">Given a client and <c>sasl.oauthbearer.config</c>, calls <c>OAuthBearerSetToken</c>. Must not wait for long.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder SetOAuthBearerTokenRefreshHandler(this IEndToEndKafkaBuilder builder, Action<IClient, string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return builder.Configure(options => options.OAuthBearerTokenRefreshHandler = handler);
    }

    /// <summary>Gives tokens of SASL OAUTHBEARER to the Kafka clients of the control topics, asynchronously: <see cref="EndToEndKafkaOptions.OAuthBearerTokenProvider"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="provider">Given <c>sasl.oauthbearer.config</c>, gives a token within 30 s.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder SetOAuthBearerTokenProvider(
        this IEndToEndKafkaBuilder builder, Func<string, CancellationToken, Task<OAuthBearerToken>> provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return builder.Configure(options => options.OAuthBearerTokenProvider = provider);
    }

    /// <summary>Runs the project's authority in this process. It is started before the members, so that they can enroll with it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the authority's options.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder AddCredentialAuthority(this IEndToEndKafkaBuilder builder, Action<CredentialAuthorityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCredentialAuthority(configure);
        return builder;
    }

    /// <summary>As <see cref="AddCredentialAuthority(IEndToEndKafkaBuilder, Action{CredentialAuthorityOptions})"/>, with options from configuration, which is read once.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">A section with the members of <see cref="CredentialAuthorityOptions"/>, and nothing else.</param>
    /// <returns>The builder.</returns>
    public static IEndToEndKafkaBuilder AddCredentialAuthority(this IEndToEndKafkaBuilder builder, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCredentialAuthority(configuration);
        return builder;
    }

    private static IEndToEndKafkaBuilder Configure(this IEndToEndKafkaBuilder builder, Action<EndToEndKafkaOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }
}
