using E2EKafka.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>Everything that can be wrong with options is one sentence that says what to do.</summary>
[TestFixture]
public class OptionsTests
{
    private static readonly EndToEndKafkaOptionsValidator Validator = new();

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Mistake(options => options.BootstrapServers = null, "BootstrapServers is not set");
        yield return Mistake(options => options.BootstrapServers = " ", "BootstrapServers is not set");
        yield return Mistake(options => options.ProjectFile = "", "Neither Project nor ProjectFile");
        yield return Mistake(options => (options.Ticket, options.TicketFile) = ("a", "b"), "Both Ticket and TicketFile");
        yield return Mistake(options => options.UseInMemoryVault = false, "No vault is chosen");
        yield return Mistake(options => (options.VaultFile, options.VaultKeyFile) = ("a", "b"), "More than one of VaultFile");
        yield return Mistake(options => (options.UseInMemoryVault, options.VaultFile) = (false, "a"), "its key from one place");
        yield return Mistake(
            options => (options.UseInMemoryVault, options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable) = (false, "a", "b", "c"),
            "its key from one place");
        yield return Mistake(options => options.VaultKeyFile = "a", "A vault's key is set, and no VaultFile");
        yield return Mistake(options => (options.UseInMemoryVault, options.VaultFile) = (false, ""), "No vault is chosen");
        yield return Mistake(options => options.Produce.Add("orders*"), "'orders*' is not a topic's name");
        yield return Mistake(options => options.Consume.Add(""), "'' is not a topic's name");
        yield return Mistake(options => options.Consume.Add(null!), "'' is not a topic's name");
        yield return Mistake(options => options.AcceptTopic("orders", "a b"), "'a b' is not a topic's name");
        yield return Mistake(options => options.StartupTimeout = TimeSpan.Zero, "StartupTimeout is 00:00:00");
        yield return Mistake(options => options.StartupTimeout = TimeSpan.FromHours(1), "StartupTimeout is 01:00:00");
        yield return Mistake(options => options.SessionTimeout = TimeSpan.FromSeconds(-1), "SessionTimeout is -00:00:01");
        yield return Mistake(options => options.TimeProvider = null!, "TimeProvider is null");

        static TestCaseData Mistake(Action<EndToEndKafkaOptions> make, string says) => new TestCaseData(make, says).SetArgDisplayNames(says);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Each_mistake_is_named_once(Action<EndToEndKafkaOptions> make, string says)
    {
        var options = Valid();
        make(options);

        Assert.That(EndToEndKafkaOptionsValidator.Problems(options).Single(), Does.Contain(says).And.EndWith("."));
    }

    [Test]
    public void Valid_options_are_valid() => Assert.That(Validator.Validate(null, Valid()).Succeeded);

    [Test]
    public void All_mistakes_are_reported_together()
    {
        var result = Validator.Validate(null, new EndToEndKafkaOptions { StartupTimeout = TimeSpan.Zero });

        Assert.That(result.Failures, Has.Exactly(3).StartsWith("E2EKafka options: "));
    }

    [Test]
    public void Brokers_can_be_set_where_the_other_Kafka_settings_are()
    {
        var options = Valid();
        (options.BootstrapServers, options.Kafka["bootstrap.servers"]) = (null, "localhost:9092");

        Assert.That(EndToEndKafkaOptionsValidator.Problems(options), Is.Empty);
    }

    [Test]
    public void A_vault_in_a_file_with_one_key_is_valid([Values] bool fromEnvironment)
    {
        var options = Valid();
        options.UseInMemoryVault = false;
        options.VaultFile = "vault.db";
        (options.VaultKeyFile, options.VaultKeyEnvironmentVariable) = fromEnvironment ? ("", "KEY") : ("key", "");

        Assert.That(EndToEndKafkaOptionsValidator.Problems(options), Is.Empty);
    }

    [Test]
    public void Connecting_without_dependency_injection_finds_the_same_mistakes() => Assert.That(
        () => EndToEndKafka.ConnectAsync(new EndToEndKafkaOptions()),
        Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid)
            .And.Message.Contains("BootstrapServers").And.Message.Contains("No vault is chosen"));

    [TestCase("mlkem1024-p384")]
    [TestCase("P256")]
    [TestCase("")]
    [TestCase(null)]
    public void A_key_algorithm_that_there_is_not_makes_no_project(string? algorithm) => Assert.That(
        () => CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "test",
            BootstrapServers = "127.0.0.1:1",
            UseInMemoryVault = true,
            KeyAlgorithm = algorithm!,
        }),
        Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid)
            .And.Message.Contains("'mlkem768-p256' or 'p256'"));

    [TestCase(KeyAlgorithms.MlKem768P256, true)]
    [TestCase(KeyAlgorithms.P256, false)]
    public void A_new_project_has_the_key_algorithm_of_its_options(string algorithm, bool isDefault)
    {
        var options = new CredentialAuthorityOptions { ProjectName = "test", BootstrapServers = "127.0.0.1:1", UseInMemoryVault = true };
        if (!isDefault)
            options.KeyAlgorithm = algorithm;
        using var authority = CredentialAuthority.Open(options);
        Assert.That(authority.Project.Algorithms, Is.EqualTo(new[] { algorithm }));
        Assert.That(authority.Project.AuthoritySealingKey.Kem.Algorithm, Is.EqualTo(algorithm));
    }

    [Test]
    public void A_member_may_create_control_topics_in_a_development_project_only()
    {
        using var project = new TestProject(isDevelopment: false);
        var options = Valid();
        options.Project = project.Document;
        options.CreateControlTopics = true;
        Assert.That(
            () => EndToEndKafka.ConnectAsync(options),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid)
                .And.Message.Contains("CreateControlTopics").And.Message.Contains("topics create"));
    }

    [Test]
    public void A_file_that_is_missing_is_named() => Assert.That(
        () => EndToEndKafka.ConnectAsync(Valid()),
        Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.ProjectInvalid).And.Message.Contains("project.json"));

    [Test]
    public void A_setting_that_librdkafka_does_not_know_is_named()
    {
        using var project = new TestProject();
        var options = Valid();
        options.Project = project.Document;
        options.Kafka["no.such.setting"] = "1";

        Assert.That(
            () => EndToEndKafka.ConnectAsync(options),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid).And.Message.Contains("no.such.setting"));
    }

    [Test]
    public async Task A_ticket_that_is_none_is_refused_without_being_shown()
    {
        using var project = new TestProject();
        var options = Valid();
        (options.Project, options.Ticket) = (project.Document, "e2ekafka-ticket-c2VjcmV0");

        var e = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => EndToEndKafka.ConnectAsync(options)))!;
        Assert.That(e.Reason, Is.EqualTo(FailureReason.TicketMalformed));
        Assert.That(e.ToString(), Does.Not.Contain("c2VjcmV0"));
    }

    [Test]
    public void Everything_can_come_from_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["E2E:ProjectFile"] = "/etc/project.json",
            ["E2E:BootstrapServers"] = "kafka:9092",
            ["E2E:Kafka:security.protocol"] = "SASL_SSL",
            ["E2E:TicketFile"] = "/run/ticket",
            ["E2E:VaultFile"] = "/data/vault",
            ["E2E:VaultKeyFile"] = "/run/key",
            ["E2E:Produce:0"] = "orders",
            ["E2E:Consume:0"] = "payments",
            ["E2E:Consume:1"] = "refunds",
            ["E2E:AcceptedTopics:orders.dlq:0"] = "orders",
            ["E2E:CreateControlTopics"] = "true",
            ["E2E:StartupTimeout"] = "00:01:00",
            ["E2E:SessionTimeout"] = "00:00:05",
        }).Build();
        var services = new ServiceCollection();
        services.AddEndToEndKafka(configuration.GetSection("E2E"));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value;

        Assert.Multiple(() =>
        {
            Assert.That(options.ProjectFile, Is.EqualTo("/etc/project.json"));
            Assert.That(options.BootstrapServers, Is.EqualTo("kafka:9092"));
            Assert.That(options.Kafka, Is.EqualTo(new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL" }));
            Assert.That(options.TicketFile, Is.EqualTo("/run/ticket"));
            Assert.That(options.VaultFile, Is.EqualTo("/data/vault"));
            Assert.That(options.VaultKeyFile, Is.EqualTo("/run/key"));
            Assert.That(options.Produce, Is.EqualTo(new[] { "orders" }));
            Assert.That(options.Consume, Is.EqualTo(new[] { "payments", "refunds" }));
            Assert.That(options.AcceptedTopics["orders.dlq"], Is.EqualTo(new[] { "orders" }));
            Assert.That(options.CreateControlTopics);
            Assert.That(options.StartupTimeout, Is.EqualTo(TimeSpan.FromMinutes(1)));
            Assert.That(options.SessionTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
        });
    }

    private static EndToEndKafkaOptions Valid() => new() { BootstrapServers = "localhost:9092", UseInMemoryVault = true };
}
