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

/// <summary>Registers members of E2EKafka projects.</summary>
public static class EndToEndKafkaServiceCollectionExtensions
{
    /// <summary>
    /// Registers an <see cref="EndToEndKafka"/>, which is ready before the host starts anything else, or says why not:
    /// see the health check <c>e2ekafka</c>. Options are validated at start.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to say more.</returns>
    public static IEndToEndKafkaBuilder AddEndToEndKafka(this IServiceCollection services, Action<EndToEndKafkaOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.Add(Options.DefaultName, options => options.Configure(configure));
    }

    /// <summary>
    /// As <see cref="AddEndToEndKafka(IServiceCollection, Action{EndToEndKafkaOptions})"/>, with options from configuration, which is read once.
    /// A name that is no option, and a value that its option does not take, end the start.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">A section with the members of <see cref="EndToEndKafkaOptions"/>, and nothing else.</param>
    /// <returns>A builder to say more.</returns>
    public static IEndToEndKafkaBuilder AddEndToEndKafka(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(Options.DefaultName, options => options.Configure(member => OptionReaders.Fill(member, configuration)));
    }

    /// <summary>Registers one of several members, as a keyed service.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">Its key.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to say more.</returns>
    public static IEndToEndKafkaBuilder AddEndToEndKafka(this IServiceCollection services, string name, Action<EndToEndKafkaOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        return services.Add(name, options => options.Configure(configure));
    }

    /// <summary>Registers one of several members, as a keyed service, with options from configuration, which is read once.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">Its key.</param>
    /// <param name="configuration">A section with the members of <see cref="EndToEndKafkaOptions"/>, and nothing else.</param>
    /// <returns>A builder to say more.</returns>
    public static IEndToEndKafkaBuilder AddEndToEndKafka(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(name, options => options.Configure(member => OptionReaders.Fill(member, configuration)));
    }

    private static EndToEndKafkaBuilder Add(this IServiceCollection services, string name, Action<OptionsBuilder<EndToEndKafkaOptions>> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        configure(services.AddOptions<EndToEndKafkaOptions>(name).ValidateOnStart());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EndToEndKafkaOptions>, EndToEndKafkaOptionsValidator>());

        // Once a name: a second call only adds to its options.
        var isDefault = name == Options.DefaultName;
        var serviceKey = isDefault ? null : name;
        if (services.Any(service => service.ServiceType == typeof(EndToEndKafka) && Equals(service.ServiceKey, serviceKey)))
            return new EndToEndKafkaBuilder(services, name);

        if (isDefault)
            services.TryAddSingleton(provider => Create(provider, name));
        else
            services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name));
        services.AddSingleton<IHostedService>(provider => new EndToEndKafkaHostedService(() => MemberOf(provider), LoggerOf(provider)));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            isDefault ? "e2ekafka" : $"e2ekafka:{name}", provider => new EndToEndKafkaHealthCheck(MemberOf(provider)), failureStatus: null, tags: null));
        return new EndToEndKafkaBuilder(services, name);

        EndToEndKafka MemberOf(IServiceProvider provider) =>
            isDefault ? provider.GetRequiredService<EndToEndKafka>() : provider.GetRequiredKeyedService<EndToEndKafka>(name);
    }

    private static EndToEndKafka Create(IServiceProvider provider, string name) => EndToEndKafka.Create(
        provider.GetRequiredService<IOptionsMonitor<EndToEndKafkaOptions>>().Get(name),
        provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);

    private static ILogger LoggerOf(IServiceProvider provider) =>
        (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("E2EKafka");
}
