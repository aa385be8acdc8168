using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>An authority from configuration, and several of them as keyed services.</summary>
[TestFixture]
public class AuthorityConfigurationTests
{
    [Test]
    public void Everything_can_come_from_configuration()
    {
        var services = new ServiceCollection();
        services.AddCredentialAuthority(Section(new()
        {
            ["ProjectName"] = "orders",
            ["BootstrapServers"] = "kafka:9092",
            ["Kafka:SocketTimeoutMs"] = "5000",
            ["VaultFile"] = "/data/vault",
            ["VaultKeyFile"] = "/run/key",
            ["ControlTopicPrefix"] = "_orders",
            ["ControlPartitions"] = "4",
            ["IsDevelopment"] = "true",
            ["KeyAlgorithm"] = "p256",
            ["CreateControlTopics"] = "true",
            ["CredentialLifetime"] = "1.12:00:00",
            ["StartupTimeout"] = "00:01:00",
        }));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<CredentialAuthorityOptions>>().Value;

        Assert.Multiple(() =>
        {
            Assert.That(options.Problems(), Is.Empty);
            Assert.That((options.ProjectName, options.BootstrapServers, options.VaultFile, options.VaultKeyFile), Is.EqualTo(("orders", "kafka:9092", "/data/vault", "/run/key")));
            Assert.That((options.ControlTopicPrefix, options.ControlPartitions, options.KeyAlgorithm), Is.EqualTo(("_orders", 4, "p256")));
            Assert.That(options.IsDevelopment && options.CreateControlTopics);
            Assert.That((options.CredentialLifetime, options.StartupTimeout), Is.EqualTo((TimeSpan.FromHours(36), TimeSpan.FromMinutes(1))));
            Assert.That(KafkaSettings.Of(options.BootstrapServers, options.Kafka)["socket.timeout.ms"], Is.EqualTo("5000"));
        });
    }

    [TestCase("ControlPartition", "4", "Authority:ControlPartition is no option. Did you mean Authority:ControlPartitions?")]
    [TestCase("ControlPartitions", "four", "Authority:ControlPartitions has a value that it does not take. Set it to a whole number.")]
    [TestCase("CredentialLifetime", "48", "Authority:CredentialLifetime has a value that it does not take.")]
    [TestCase("CredentialLifetime", "00:00:01", "Authority:CredentialLifetime is 00:00:01. Set it to between 1 minute and 31 days.")]
    [TestCase("KeyAlgorithm", "rsa", "Authority:KeyAlgorithm 'rsa' is none that this release knows.")]
    [TestCase("Vault:File", "x", "Authority:Vault is an object, and can be set in code only.")]
    [TestCase("Kafka:transactional.id", "x", "Authority:Kafka:transactional.id belongs to a producer of your own")]
    public void A_mistake_is_told_by_its_full_path(string name, string value, string said)
    {
        var services = new ServiceCollection();
        services.AddCredentialAuthority(Section(new() { ["ProjectName"] = "orders", ["BootstrapServers"] = "kafka:9092", ["UseInMemoryVault"] = "true", [name] = value }));
        using var provider = services.BuildServiceProvider();

        Assert.That(
            () => provider.GetRequiredService<CredentialAuthority>(),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid).And.Message.StartsWith(said));
    }

    [Test]
    public async Task Keyed_authorities_are_different_ones_with_options_of_their_own()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCredentialAuthority("first", Configure);
        services.AddCredentialAuthority("second", Section(new() { ["ProjectName"] = "second", ["BootstrapServers"] = "127.0.0.1:1", ["UseInMemoryVault"] = "true" }));
        services.AddCredentialAuthority("second", options => options.CredentialLifetime = TimeSpan.FromHours(1));
        await using var provider = services.BuildServiceProvider();

        Assert.Multiple(() =>
        {
            Assert.That(provider.GetService<CredentialAuthority>(), Is.Null);
            Assert.That(provider.GetRequiredKeyedService<CredentialAuthority>("first").Project.Name, Is.EqualTo("test"));
            Assert.That(provider.GetRequiredKeyedService<CredentialAuthority>("second").Project.Name, Is.EqualTo("second"));
            Assert.That(provider.GetServices<IHostedService>().OfType<CredentialAuthorityHostedService>().Count(), Is.EqualTo(2));
            Assert.That(
                provider.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(check => check.Name),
                Is.EquivalentTo(new[] { "e2ekafka-authority:first", "e2ekafka-authority:second" }));
        });
    }

    [Test]
    public void A_registration_without_what_it_needs_is_refused()
    {
        IServiceCollection none = null!;
        var services = new ServiceCollection();
        Assert.Multiple(() =>
        {
            Assert.That(() => none.AddCredentialAuthority(Configure), Throws.ArgumentNullException);
            Assert.That(() => services.AddCredentialAuthority((Action<CredentialAuthorityOptions>)null!), Throws.ArgumentNullException);
            Assert.That(() => services.AddCredentialAuthority((IConfiguration)null!), Throws.ArgumentNullException);
            Assert.That(() => services.AddCredentialAuthority("", Configure), Throws.ArgumentException);
            Assert.That(() => services.AddCredentialAuthority("name", (IConfiguration)null!), Throws.ArgumentNullException);
        });
    }

    private static void Configure(CredentialAuthorityOptions options) => (options.ProjectName, options.BootstrapServers, options.UseInMemoryVault) = ("test", "127.0.0.1:1", true);

    private static IConfigurationSection Section(Dictionary<string, string?> entries) => new ConfigurationBuilder()
        .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create($"Authority:{entry.Key}", entry.Value))).Build().GetSection("Authority");
}
