using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>A file that a command line names and that has nothing in it is named, whatever it should hold.</summary>
public class InputFileTests
{
    private static readonly string[] Empties = ["", " \n\t", "\r\n\r\n", "\uFEFF", "\uFEFF\r\n "];

    private CliHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = new CliHost();
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "127.0.0.1:1")).Succeeds();
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();
    }

    [TearDown]
    public void TearDown() => _host.Dispose();

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_ticket_file(string content) =>
        (await RunAsync(content, "enroll", "--identity", "consumer", "--ticket", "file")).Fails(2, $"The ticket file '{_host["file"]}' is empty. Make a ticket");

    [Test]
    public async Task A_ticket_in_the_place_of_its_file_is_not_shown()
    {
        var ticket = $"e2ekafka-ticket-{new string('s', 300)}";
        var run = await _host.RunAsync("enroll", "--identity", "consumer", "--ticket", ticket);

        run.Fails(2, "--ticket has a ticket, and not the file of one.");
        Assert.That(run.Error, Does.Not.Contain("ssss"));
    }

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_policy_file(string content) =>
        (await RunAsync(content, "policy", "set", "file")).Fails(2, $"The policy file '{_host["file"]}' is empty.");

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_key_file(string content) =>
        (await RunAsync(content, "status", "--identity", "consumer", "--vault-key-file", "file")).Fails(1, $"The vault's key file '{_host["file"]}' is empty.");

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_passphrase_file(string content) =>
        (await RunAsync(content, "identity", "create", "other", "--vault-passphrase-file", "file")).Fails(2, $"The passphrase file '{_host["file"]}' is empty.");

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_project_file(string content) =>
        (await RunAsync(content, "identity", "create", "other", "--project", "file")).Fails(1, $"The project file '{_host["file"]}' is empty.");

    [TestCaseSource(nameof(Empties))]
    public async Task An_empty_Kafka_configuration(string content) =>
        (await RunAsync(content, "topics", "print", "--kafka-config", "file")).Fails(2, $"The Kafka configuration file '{_host["file"]}' is empty.");

    [Test]
    public async Task A_Kafka_configuration_of_comments_sets_no_login_and_is_refused() =>
        (await RunAsync("# security.protocol=SASL_SSL\n", "topics", "print", "--kafka-config", "file")).Fails(2, "sets nothing");

    [TestCase("enroll", "--identity", "consumer", "--ticket", "missing")]
    [TestCase("policy", "set", "missing")]
    [TestCase("topics", "print", "--kafka-config", "missing")]
    [TestCase("identity", "create", "other", "--vault-passphrase-file", "missing")]
    public async Task A_file_that_cannot_be_read(params string[] args) =>
        (await _host.RunAsync(args)).Fails(2, $"'{_host["missing"]}' cannot be read");

    [Test]
    public async Task An_empty_standard_input_has_no_ticket()
    {
        using var input = new MemoryStream("\r\n"u8.ToArray());
        (await _host.RunAsync(["enroll", "--identity", "consumer", "--ticket", "-"], input)).Fails(2, "Standard input has no ticket.");
    }

    [Test]
    public async Task A_file_with_something_else_is_named_and_not_shown()
    {
        var run = await RunAsync("hunter2", "enroll", "--identity", "consumer", "--ticket", "file");

        run.Fails(1, $"The ticket file '{_host["file"]}' has no ticket.");
        Assert.That(run.Error, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_key_file_with_a_byte_order_mark_is_a_key_file()
    {
        var key = File.ReadAllText(Directory.EnumerateFiles(_host["data"], "vault.key", SearchOption.AllDirectories).First(file => file.Contains("consumer", StringComparison.Ordinal)));
        File.WriteAllText(_host["file"], key.TrimEnd() + "\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        // It gets as far as the broker, which is not there.
        (await _host.RunAsync("status", "--identity", "consumer", "--vault-key-file", "file")).Fails(1, "");
        Assert.That((await _host.RunAsync("doctor", "--all", "--identity", "consumer", "--vault-key-file", "file")).Output, Does.Match("ok +vault of consumer"));
    }

    private Task<CliRun> RunAsync(string content, params string[] args)
    {
        _host.Write("file", content);
        return _host.RunAsync(args);
    }
}
