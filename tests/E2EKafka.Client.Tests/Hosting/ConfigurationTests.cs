using E2EKafka.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>A name that is no option, and a value that its option does not take, are told by their full path, with what to write.</summary>
[TestFixture]
public class ConfigurationTests
{
    // The smallest inputs: one entry besides valid ones, and what is said.
    private static readonly object[][] Mistakes =
    [
        ["BootstrapServer", "x", "E2E:BootstrapServer is no option. Did you mean E2E:BootstrapServers?"],
        ["Kafa:security.protocol", "SSL", "E2E:Kafa is no option. Did you mean E2E:Kafka?"],
        ["TimeOut", "x", "E2E:TimeOut is no option. Leave it out, or set one of ProjectFile, "],
        ["Kafka:security.protcol", "SSL", "E2E:Kafka:security.protcol is no setting of librdkafka. Did you mean E2E:Kafka:security.protocol?"],
        ["Kafka:SecurityProtcol", "SSL", "E2E:Kafka:SecurityProtcol is no setting of librdkafka. Did you mean E2E:Kafka:security.protocol?"],
        ["Kafka:quite.another", "1", "E2E:Kafka:quite.another is no setting of librdkafka. Correct its name, or leave it out."],
        ["Kafka:security:protocol", "SSL", "E2E:Kafka:security:protocol is divided, and the name of a setting is not: write E2E:Kafka:security.protocol."],
        ["Kafka:security.protocol", "TLS", "E2E:Kafka:security.protocol has a value that there is not. Set it to plaintext, ssl, sasl_plaintext or sasl_ssl."],
        ["Kafka:security.protocol", "", "E2E:Kafka:security.protocol is empty."],
        ["Kafka:sasl.mechanism", "AWS_MSK_IAM", "E2E:Kafka:sasl.mechanism has a value that there is not."],
        ["Kafka:transactional.id", "orders-1", "E2E:Kafka:transactional.id belongs to a producer of your own"],
        ["Kafka:TransactionalId", "orders-1", "E2E:Kafka:TransactionalId belongs to a producer of your own"],
        ["Kafka", "SSL", "E2E:Kafka is one value, and takes settings by name, such as E2E:Kafka:security.protocol."],
        ["Produce", "orders", "E2E:Produce is one value, and takes a list: E2E:Produce:0, E2E:Produce:1 and so on."],
        ["Produce:0:Name", "orders", "E2E:Produce:0 has names below it, and takes one value."],
        ["AcceptedTopics", "orders", "E2E:AcceptedTopics is one value, and takes lists by name"],
        ["AcceptedTopics:dlq", "orders", "E2E:AcceptedTopics:dlq is one value, and takes a list"],
        ["TicketFile:0", "a", "E2E:TicketFile has names below it, and takes one value."],
        ["StartupTimeout", "30", "E2E:StartupTimeout has a value that it does not take. Set it to a time as hours, minutes and seconds, such as 00:00:30"],
        ["StartupTimeout", "one minute", "E2E:StartupTimeout has a value that it does not take."],
        ["StartupTimeout", "01:00:00", "E2E:StartupTimeout is 01:00:00. Set it to more than zero, and at most 00:10:00."],
        ["CreateControlTopics", "yes", "E2E:CreateControlTopics has a value that it does not take. Set it to true or false."],
        ["CreateControlTopics:0", "true", "E2E:CreateControlTopics has names below it"],
        ["Project:Name", "orders", "E2E:Project is an object, and can be set in code only."],
        ["TimeProvider", "System", "E2E:TimeProvider is an object"],
        ["Produce:0", "or*ders", "E2E:Produce: 'or*ders' is not a topic's name."],
        ["ProjectFile", "~/project.json", "E2E:ProjectFile begins with '~', which a shell replaces by the home directory and .NET does not. Write the whole path."],
        ["TicketFile", "$HOME/ticket", "E2E:TicketFile begins with '$', and variables are not replaced in it."],
        ["TicketFile", "/run/ticket\n", "E2E:TicketFile holds a line break or a NUL. Remove it."],
        ["TicketFile", "file:///run/ticket", "E2E:TicketFile is a URI. Write the path alone."],
        ["Kafka:ssl.ca.location", "~/ca.pem", "E2E:Kafka:ssl.ca.location begins with '~'"],
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_told_by_its_full_path(string name, string value, string said)
    {
        var entries = Valid();
        entries[$"E2E:{name}"] = value;
        if (name.Contains("ssl.ca", StringComparison.Ordinal) || name.Contains("sasl.mechanism", StringComparison.Ordinal))
            entries["E2E:Kafka:security.protocol"] = "SASL_SSL";
        var failures = FailuresOf(entries);

        Assert.That(failures, Is.EqualTo(failures.Where(failure => failure.StartsWith($"E2EKafka options: {said}", StringComparison.Ordinal))).And.Count.EqualTo(1));
    }

    [Test]
    public void All_mistakes_are_told_together_and_no_value_is_shown()
    {
        var failures = FailuresOf(new()
        {
            ["E2E:BootstrapServes"] = "TOPSECRET",
            ["E2E:StartupTimeout"] = "TOPSECRET",
            ["E2E:Kafka:sasl.pasword"] = "TOPSECRET",
            ["E2E:Kafka:security.protocol"] = "TOPSECRET",
            ["E2E:ProjectFile"] = "~/TOPSECRET",
        });

        Assert.That(failures, Has.Count.EqualTo(7), "those, and the brokers and the vault that are not set");
        Assert.That(failures, Has.None.Contains("TOPSECRET"));
    }

    [Test]
    public void Secrets_in_the_place_of_paths_are_not_shown()
    {
        using var project = new TestProject();
        var (ticket, key) = (project.Ticket().Encode(), Convert.ToBase64String(new byte[32]));
        var failures = FailuresOf(new()
        {
            ["E2E:BootstrapServers"] = "kafka:9092",
            ["E2E:ProjectFile"] = ticket,
            ["E2E:VaultFile"] = key,
            ["E2E:VaultKeyFile"] = ticket,
        });

        Assert.That(failures, Has.Some.Contains("E2E:ProjectFile holds a ticket").And.Some.Contains("E2E:VaultFile holds a vault's key").And.Some.Contains("E2E:VaultKeyFile holds a ticket"));
        Assert.That(failures, Has.None.Contains(ticket).And.None.Contains(key));
    }

    [Test]
    public void A_section_that_is_not_there_is_named() =>
        Assert.That(FailuresOf([])[0], Does.Contain("The configuration section E2E has nothing in it. Check its name, and that its file is loaded."));

    [Test]
    public void A_section_that_is_one_value_is_named() =>
        Assert.That(FailuresOf(new() { ["E2E"] = "kafka:9092" }), Has.Some.Contains("E2E is one value, and not a section with options."));

    [Test]
    public void A_whole_configuration_in_place_of_a_section_is_refused_with_few_of_its_names()
    {
        var entries = Enumerable.Range(0, 20).ToDictionary(i => $"Variable{i}", i => (string?)"x");
        var services = new ServiceCollection();
        services.AddEndToEndKafka(Configuration(entries)).UseInMemoryVault();

        var failures = FailuresOfServices(services);
        Assert.That(failures.Count(failure => failure.Contains("is no option", StringComparison.Ordinal)), Is.EqualTo(5));
        Assert.That(failures, Has.Some.Contains("15 more names are no options. Pass the section"));
    }

    [TestCase("SecurityProtocol", "SaslSsl")]
    [TestCase("security.protocol", "SASL_SSL")]
    [TestCase("SECURITY_PROTOCOL", "sasl_ssl")]
    public void Settings_can_have_the_names_of_Confluents_properties(string name, string value)
    {
        var entries = Valid();
        entries[$"E2E:Kafka:{name}"] = value;
        entries["E2E:Kafka:SaslMechanism"] = "ScramSha512";

        var kafka = KafkaSettings.Of(null, OptionsOf(entries).Kafka);
        Assert.That(kafka["security.protocol"], Is.EqualTo("sasl_ssl"));
        Assert.That(kafka["sasl.mechanism"], Is.EqualTo("SCRAM-SHA-512"));
        Assert.That(kafka, Has.Count.EqualTo(2));
    }

    [Test]
    public void Empty_values_count_as_not_set()
    {
        var entries = Valid();
        foreach (var name in (string[])["ProjectFile", "VaultFile", "VaultKeyFile", "VaultKeyEnvironmentVariable", "StartupTimeout", "CreateControlTopics", "Produce:0", "Ticket"])
            entries[$"E2E:{name}"] = "";

        var options = OptionsOf(entries);
        Assert.That((options.ProjectFile, options.VaultFile, options.StartupTimeout, options.Produce.Count), Is.EqualTo(("project.json", (string?)null, TimeSpan.FromSeconds(30), 0)));
    }

    [Test]
    public void A_keyed_member_names_its_own_section()
    {
        var services = new ServiceCollection();
        services.AddEndToEndKafka("billing", Configuration(new() { ["Members:Billing:Consum:0"] = "x" }).GetSection("Members:Billing")).UseInMemoryVault();
        using var provider = services.BuildServiceProvider();

        Assert.That(
            () => provider.GetRequiredService<IOptionsMonitor<EndToEndKafkaOptions>>().Get("billing"),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Members:Billing:Consum is no option. Did you mean Members:Billing:Consume?")
                .And.Message.Contains("Members:Billing:BootstrapServers is not set"));
    }

    [Test]
    public void Wrong_configuration_ends_the_hosts_start_before_a_client_is_made([Values] bool isAuthority)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["E2E:BootstrapServers"] = "127.0.0.1:1", ["E2E:UseInMemoryVault"] = "true", ["E2E:Kafka:security.protcol"] = "SSL" });
        if (isAuthority)
            builder.Services.AddCredentialAuthority(builder.Configuration.GetSection("E2E"));
        else
            builder.Services.AddEndToEndKafka(builder.Configuration.GetSection("E2E"));
        using var host = builder.Build();

        Assert.That(() => host.StartAsync(), Throws.Exception.With.Message.Contains("E2E:Kafka:security.protcol is no setting of librdkafka. Did you mean E2E:Kafka:security.protocol?"));
    }

    [Test]
    public void Every_option_can_be_read_or_is_told_to_be_an_object()
    {
        Assert.That(OptionReaders.OfMember.Keys, Is.EquivalentTo(typeof(EndToEndKafkaOptions).GetProperties().Select(property => property.Name)));
        Assert.That(OptionReaders.OfAuthority.Keys, Is.EquivalentTo(typeof(CredentialAuthorityOptions).GetProperties().Select(property => property.Name)));
    }

    private static Dictionary<string, string?> Valid() => new() { ["E2E:BootstrapServers"] = "kafka:9092", ["E2E:UseInMemoryVault"] = "true" };

    private static IConfigurationRoot Configuration(Dictionary<string, string?> entries) => new ConfigurationBuilder().AddInMemoryCollection(entries).Build();

    private static EndToEndKafkaOptions OptionsOf(Dictionary<string, string?> entries)
    {
        var services = new ServiceCollection();
        services.AddEndToEndKafka(Configuration(entries).GetSection("E2E"));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value;
    }

    private static List<string> FailuresOf(Dictionary<string, string?> entries)
    {
        var services = new ServiceCollection();
        services.AddEndToEndKafka(Configuration(entries).GetSection("E2E"));
        return FailuresOfServices(services);
    }

    private static List<string> FailuresOfServices(ServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        return [.. Assert.Throws<OptionsValidationException>(() => _ = provider.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value)!.Failures];
    }
}
