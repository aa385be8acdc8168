using Confluent.Kafka;
using E2EKafka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

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
            var config = new ClientConfig(new Dictionary<string, string>(options.Kafka));
            configure(config);
            foreach (var (name, value) in config)
                options.Kafka[name] = value;
        });
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

    /// <summary>Runs a project's authority in this process, without a member. The health check <c>e2ekafka-authority</c> tells whether it answers.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the authority's options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCredentialAuthority(this IServiceCollection services, Action<CredentialAuthorityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<CredentialAuthorityOptions>().Configure(configure);
        services.TryAddSingleton(provider => CredentialAuthority.Open(
            provider.GetRequiredService<IOptions<CredentialAuthorityOptions>>().Value, provider.GetService<ILoggerFactory>()));

        // First of all hosted services: members that start after it find it serving.
        if (services.Any(service => service.ImplementationType == typeof(CredentialAuthorityHostedService)))
            return services;

        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, CredentialAuthorityHostedService>());
        services.AddHealthChecks().AddCheck<CredentialAuthorityHealthCheck>("e2ekafka-authority");
        return services;
    }

    private static IEndToEndKafkaBuilder Configure(this IEndToEndKafkaBuilder builder, Action<EndToEndKafkaOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }
}
