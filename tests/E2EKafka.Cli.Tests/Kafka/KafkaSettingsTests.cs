namespace E2EKafka.Cli.Tests;

public class KafkaSettingsTests
{
    private static readonly Dictionary<string, string> File = new() { ["bootstrap.servers"] = "file:1", ["client.id"] = "me" };

    [TestCase("option:1", "remembered:1", "option:1")]
    [TestCase(null, "remembered:1", "file:1")]
    public void Brokers_come_from_the_command_line_before_the_file(string? option, string? remembered, string expected)
    {
        var settings = KafkaSettings.Of(option, File, () => remembered);

        Assert.That(settings.BootstrapServers, Is.EqualTo(expected));
        Assert.That(settings.All, Is.EquivalentTo(new Dictionary<string, string> { ["bootstrap.servers"] = expected, ["client.id"] = "me" }));
    }

    [Test]
    public void Brokers_that_the_project_was_created_with_come_last() =>
        Assert.That(KafkaSettings.Of(null, new Dictionary<string, string>(), () => "remembered:1").BootstrapServers, Is.EqualTo("remembered:1"));

    [Test]
    public void Without_brokers_nothing_is_done() =>
        Assert.That(() => KafkaSettings.Of(null, new Dictionary<string, string>(), () => null), Throws.TypeOf<UsageException>().With.Message.Contains("--bootstrap-server"));
}
