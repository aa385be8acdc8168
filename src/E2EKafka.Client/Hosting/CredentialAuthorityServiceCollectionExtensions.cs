using E2EKafka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace E2EKafka;

/// <summary>Registers authorities of E2EKafka projects.</summary>
public static class CredentialAuthorityServiceCollectionExtensions
{
    /// <summary>
    /// Runs a project's authority in this process, without a member. The health check <c>e2ekafka-authority</c> tells whether it answers. A second call
    /// only adds to its options.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the authority's options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCredentialAuthority(this IServiceCollection services, Action<CredentialAuthorityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.Add(Options.DefaultName, configure);
    }

    /// <summary>
    /// As <see cref="AddCredentialAuthority(IServiceCollection, Action{CredentialAuthorityOptions})"/>, with options from configuration, which is read
    /// once. A name that is no option, and a value that its option does not take, end the start.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">A section with the members of <see cref="CredentialAuthorityOptions"/>, and nothing else.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCredentialAuthority(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(Options.DefaultName, options => OptionReaders.Fill(options, configuration));
    }

    /// <summary>Registers one of several authorities, as a keyed service. Its health check is named <c>e2ekafka-authority:</c> and the key.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">Its key.</param>
    /// <param name="configure">Sets the authority's options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCredentialAuthority(this IServiceCollection services, string name, Action<CredentialAuthorityOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        return services.Add(name, configure);
    }

    /// <summary>Registers one of several authorities, as a keyed service, with options from configuration, which is read once.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">Its key.</param>
    /// <param name="configuration">A section with the members of <see cref="CredentialAuthorityOptions"/>, and nothing else.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCredentialAuthority(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(name, options => OptionReaders.Fill(options, configuration));
    }

    private static IServiceCollection Add(this IServiceCollection services, string name, Action<CredentialAuthorityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<CredentialAuthorityOptions>(name).Configure(configure);

        // Once a name. One that the application registered itself is run too.
        var registration = new CredentialAuthorityRegistration(name);
        if (services.Any(service => service.ServiceType == typeof(CredentialAuthorityRegistration) && registration.Equals(service.ImplementationInstance)))
            return services;

        services.AddSingleton(registration);
        var isDefault = name == Options.DefaultName;
        if (isDefault)
            services.TryAddSingleton(provider => Open(provider, name));
        else
            services.TryAddKeyedSingleton(name, (provider, _) => Open(provider, name));

        // First of all hosted services: members that start after it find it serving.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => new CredentialAuthorityHostedService(
            AuthorityOf(provider), provider.GetService<ILogger<CredentialAuthority>>() ?? NullLogger<CredentialAuthority>.Instance)));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            isDefault ? "e2ekafka-authority" : $"e2ekafka-authority:{name}",
            provider => new CredentialAuthorityHealthCheck(AuthorityOf(provider)), failureStatus: null, tags: null));
        return services;

        CredentialAuthority AuthorityOf(IServiceProvider provider) =>
            isDefault ? provider.GetRequiredService<CredentialAuthority>() : provider.GetRequiredKeyedService<CredentialAuthority>(name);
    }

    private static CredentialAuthority Open(IServiceProvider provider, string name) => CredentialAuthority.Open(
        provider.GetRequiredService<IOptionsMonitor<CredentialAuthorityOptions>>().Get(name), provider.GetService<ILoggerFactory>());
}
