using E2EKafka.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>What <c>AddEndToEndKafka</c> and the verbs after it register.</summary>
[TestFixture]
public class RegistrationTests
{
    private TestProject _project = null!;
    private ServiceCollection _services = null!;

    [SetUp]
    public void SetUp()
    {
        _project = new TestProject();
        _services = new ServiceCollection();
        _services.AddLogging();
    }

    [TearDown]
    public void TearDown() => _project.Dispose();

    [Test]
    public async Task A_member_is_one_object()
    {
        _services.AddEndToEndKafka(Configure);
        await using var provider = _services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<EndToEndKafka>(), Is.SameAs(provider.GetRequiredService<EndToEndKafka>()));
    }

    [Test]
    public async Task Keyed_members_are_different_ones_with_options_of_their_own()
    {
        _services.AddEndToEndKafka("first", Configure);
        _services.AddEndToEndKafka("second", options =>
        {
            Configure(options);
            options.Produce.Add("orders");
        });
        await using var provider = _services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<EndToEndKafkaOptions>>();

        Assert.Multiple(() =>
        {
            Assert.That(provider.GetService<EndToEndKafka>(), Is.Null);
            Assert.That(
                provider.GetRequiredKeyedService<EndToEndKafka>("first").Identifier,
                Is.Not.EqualTo(provider.GetRequiredKeyedService<EndToEndKafka>("second").Identifier));
            Assert.That(options.Get("first").Produce, Is.Empty);
            Assert.That(options.Get("second").Produce, Is.EqualTo(new[] { "orders" }));
            Assert.That(provider.GetServices<IHostedService>().OfType<EndToEndKafkaHostedService>().Count(), Is.EqualTo(2));
            Assert.That(HealthChecks(provider), Is.EquivalentTo(new[] { "e2ekafka:first", "e2ekafka:second" }));
        });
    }

    [Test]
    public async Task Registering_twice_adds_to_the_options_and_nothing_else([Values] bool keyed)
    {
        Register(Configure);
        Register(options => options.Consume.Add("orders"));
        await using var provider = _services.BuildServiceProvider();

        Assert.Multiple(() =>
        {
            Assert.That(provider.GetServices<IHostedService>().OfType<EndToEndKafkaHostedService>().Count(), Is.EqualTo(1));
            Assert.That(HealthChecks(provider), Is.EqualTo(new[] { keyed ? "e2ekafka:name" : "e2ekafka" }));
            Assert.That(
                provider.GetRequiredService<IOptionsMonitor<EndToEndKafkaOptions>>().Get(keyed ? "name" : Options.DefaultName).Consume,
                Is.EqualTo(new[] { "orders" }));
            Assert.That(_services.Count(service => service.ServiceType == typeof(IValidateOptions<EndToEndKafkaOptions>)), Is.LessThanOrEqualTo(2));
        });

        void Register(Action<EndToEndKafkaOptions> configure)
        {
            if (keyed)
                _services.AddEndToEndKafka("name", configure);
            else
                _services.AddEndToEndKafka(configure);
        }
    }

    [Test]
    public async Task A_member_that_the_application_registered_itself_is_left_alone()
    {
        await using var own = EndToEndKafka.Create(NewOptions(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        _services.AddSingleton(own);
        _services.AddEndToEndKafka(Configure);
        await using var provider = _services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<EndToEndKafka>(), Is.SameAs(own));
    }

    [Test]
    public void The_verbs_set_what_they_say()
    {
        _services.AddEndToEndKafka("member", _ => { })
            .PersistKeysToFile("vault.db", "vault.key")
            .ConfigureKafkaClient(kafka => kafka.BootstrapServers = "kafka:9092")
            .ConfigureKafkaClient(kafka => kafka.SocketTimeoutMs = 5_000);
        _services.AddEndToEndKafka("other", _ => { }).UseInMemoryVault();
        using var provider = _services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<EndToEndKafkaOptions>>();
        var member = Unvalidated(provider, "member");

        Assert.Multiple(() =>
        {
            Assert.That((member.VaultFile, member.VaultKeyFile, member.UseInMemoryVault), Is.EqualTo(("vault.db", "vault.key", false)));
            Assert.That(member.Kafka, Is.EqualTo(new Dictionary<string, string> { ["bootstrap.servers"] = "kafka:9092", ["socket.timeout.ms"] = "5000" }));
            Assert.That(Unvalidated(provider, "other").UseInMemoryVault);
            Assert.That(() => options.Get("other"), Throws.TypeOf<OptionsValidationException>(), "its brokers are not set");
        });
    }

    [Test]
    public void The_authority_is_registered_once_and_starts_before_all_others()
    {
        _services.AddEndToEndKafka(Configure).AddCredentialAuthority(authority => (authority.ProjectName, authority.BootstrapServers) = ("test", "127.0.0.1:1"))
            .AddCredentialAuthority(authority => authority.UseInMemoryVault = true);
        _services.AddHostedService<SomeService>();

        var hosted = _services.Where(service => service.ServiceType == typeof(IHostedService)).ToList();
        using var provider = _services.BuildServiceProvider();
        Assert.That(hosted[0].ImplementationFactory!(provider), Is.TypeOf<CredentialAuthorityHostedService>());
        Assert.That(provider.GetServices<IHostedService>().OfType<CredentialAuthorityHostedService>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_registration_without_what_it_needs_is_refused()
    {
        IServiceCollection none = null!;
        Assert.Multiple(() =>
        {
            Assert.That(() => none.AddEndToEndKafka(Configure), Throws.ArgumentNullException);
            Assert.That(() => _services.AddEndToEndKafka((Action<EndToEndKafkaOptions>)null!), Throws.ArgumentNullException);
            Assert.That(() => _services.AddEndToEndKafka((IConfiguration)null!), Throws.ArgumentNullException);
            Assert.That(() => _services.AddEndToEndKafka("", Configure), Throws.ArgumentException);
            Assert.That(() => _services.AddCredentialAuthority((Action<CredentialAuthorityOptions>)null!), Throws.ArgumentNullException);
        });
    }

    private static IEnumerable<string> HealthChecks(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(check => check.Name);

    private static EndToEndKafkaOptions Unvalidated(IServiceProvider provider, string name)
    {
        var options = new EndToEndKafkaOptions();
        foreach (var configure in provider.GetServices<IConfigureOptions<EndToEndKafkaOptions>>().OfType<IConfigureNamedOptions<EndToEndKafkaOptions>>())
            configure.Configure(name, options);
        return options;
    }

    private EndToEndKafkaOptions NewOptions()
    {
        var options = new EndToEndKafkaOptions();
        Configure(options);
        return options;
    }

    private void Configure(EndToEndKafkaOptions options)
    {
        options.Project = _project.Document;
        options.BootstrapServers = "127.0.0.1:1";
        options.UseInMemoryVault = true;
    }

    private sealed class SomeService : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
