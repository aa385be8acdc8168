namespace E2EKafka.Cli.Tests;

public class ProjectAndIdentityTests
{
    private CliHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new CliHost();

    [TearDown]
    public void TearDown() => _host.Dispose();

    [Test]
    public async Task A_project_is_created_with_its_document_and_an_authority_of_its_own()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();

        var project = ProjectDocument.Load(_host["project.json"]);
        Assert.Multiple(() =>
        {
            Assert.That(project.Name, Is.EqualTo("demo"));
            Assert.That(File.Exists(_host[$"data/e2ekafka/authorities/{project.Id}/vault.db"]));
            Assert.That(Directory.GetDirectories(_host["data/e2ekafka/authorities"]), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public async Task A_project_is_post_quantum_unless_its_owner_chooses_otherwise()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        Assert.That((await _host.RunAsync("project", "information")).Succeeds().Output, Does.Contain("mlkem768-p256"));

        (await _host.RunAsync("project", "create", "other", "--bootstrap-server", "localhost:1", "--algorithm", "p256", "--project", "other.json")).Succeeds();
        var information = (await _host.RunAsync("project", "information", "--project", "other.json")).Succeeds().Output;
        Assert.That(information, Does.Contain("p256").And.Not.Contain("mlkem768"));

        (await _host.RunAsync("project", "create", "third", "--bootstrap-server", "localhost:1", "--algorithm", "x448", "--project", "third.json"))
            .Fails(2, "mlkem768-p256");
    }

    [Test]
    public async Task A_project_document_is_not_overwritten()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        var before = File.ReadAllText(_host["project.json"]);

        (await _host.RunAsync("project", "create", "other", "--bootstrap-server", "localhost:1")).Fails(1, "not overwritten");

        Assert.That(File.ReadAllText(_host["project.json"]), Is.EqualTo(before));
    }

    [Test]
    public async Task A_project_needs_brokers()
    {
        (await _host.RunAsync("project", "create", "demo")).Fails(2, "--bootstrap-server");

        Assert.That(File.Exists(_host["project.json"]), Is.False);
    }

    [Test]
    public async Task Information_as_json_is_a_project_document()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();

        var information = (await _host.RunAsync("project", "information", "--output", "json")).Succeeds();

        Assert.That(ProjectDocument.Parse(information.Output).Id, Is.EqualTo(ProjectDocument.Load(_host["project.json"]).Id));
    }

    [Test]
    public async Task Identities_are_created_listed_and_shown()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();
        (await _host.RunAsync("identity", "create", "producer1")).Succeeds();

        var list = (await _host.RunAsync("identity", "list", "--output", "json")).Succeeds().Json;
        var shown = (await _host.RunAsync("identity", "show", "consumer", "--output", "json")).Succeeds().Json;

        Assert.Multiple(() =>
        {
            Assert.That(list.EnumerateArray().Select(identity => identity.GetProperty("name").GetString()), Is.EqualTo(new[] { "consumer", "producer1" }));
            Assert.That(shown.GetProperty("identifier").GetString(), Has.Length.EqualTo(43));
            Assert.That(shown.GetProperty("identifier").GetString(), Is.EqualTo(list[0].GetProperty("identifier").GetString()));
        });
    }

    [Test]
    public async Task A_project_that_cannot_be_made_leaves_nothing()
    {
        (await _host.RunAsync("project", "create", new string('x', 101), "--bootstrap-server", "localhost:1")).Fails(1, "1 to 100 characters");

        Assert.That(Directory.GetFileSystemEntries(_host["data/e2ekafka/authorities"]), Is.Empty);
    }

    [Test]
    public async Task A_table_fits_a_terminal_and_has_no_frame_in_a_pipe()
    {
        (await _host.RunAsync("project", "create", new string('x', 100), "--bootstrap-server", "localhost:1")).Succeeds();
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();

        var piped = (await _host.RunAsync("identity", "list")).Succeeds().Output.TrimEnd('\n').Split('\n');
        _host.HasTerminal = true;
        var shown = (await _host.RunAsync("identity", "list")).Succeeds().Output.TrimEnd('\n').Split('\n');

        Assert.Multiple(() =>
        {
            Assert.That(piped, Has.Length.EqualTo(2));
            Assert.That(piped[1], Does.EndWith(new string('x', 100)));
            Assert.That(shown, Has.All.Length.LessThanOrEqualTo(80));
            Assert.That(shown[0], Does.StartWith("┌"));
        });
    }

    [Test]
    public async Task An_identity_is_not_created_twice()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();

        (await _host.RunAsync("identity", "create", "consumer")).Fails(1, "already");
    }

    [TestCase("../consumer")]
    [TestCase("a/b")]
    [TestCase(".hidden")]
    [TestCase("..")]
    [TestCase("a b")]
    public async Task An_identity_is_no_path(string name)
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();

        (await _host.RunAsync("identity", "create", name)).Fails(2, "letters, digits");
    }

    [Test]
    public async Task A_vault_with_a_passphrase_has_no_key_file_and_opens_with_nothing_else()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        _host.Write("passphrase", "correct horse battery staple\n");
        (await _host.RunAsync("identity", "create", "consumer", "--vault-passphrase-file", "passphrase")).Succeeds();

        var folder = Home.Of(_host.SurroundingsOf(Stream.Null, Stream.Null, TextWriter.Null), null).Identity("consumer");
        using (folder.Open(new VaultKeySource(_host.SurroundingsOf(Stream.Null, Stream.Null, TextWriter.Null), null, "passphrase")))
            Assert.That(File.Exists(folder.KeyFile), Is.False);
        _host.Variables["E2EKAFKA_VAULT_PASSPHRASE"] = "correct horse";
        Assert.That(
            () => folder.Open(new VaultKeySource(_host.SurroundingsOf(Stream.Null, Stream.Null, TextWriter.Null), null, null)),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.VaultKeyWrong));
        _host.Variables.Clear();
        Assert.That(
            () => folder.Open(new VaultKeySource(_host.SurroundingsOf(Stream.Null, Stream.Null, TextWriter.Null), null, null)),
            Throws.TypeOf<UsageException>().With.Message.Contains("--vault-passphrase-file"));
    }

    [Test]
    public async Task The_home_is_chosen_by_option_and_by_environment()
    {
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        _host.Variables["E2EKAFKA_HOME"] = "elsewhere";
        (await _host.RunAsync("identity", "create", "a")).Succeeds();
        (await _host.RunAsync("identity", "create", "b", "--home", "third")).Succeeds();

        Assert.Multiple(() =>
        {
            Assert.That(File.Exists(_host["elsewhere/identities/a/vault.db"]));
            Assert.That(File.Exists(_host["third/identities/b/vault.db"]));
        });
    }

    [TestCase("no-such-command")]
    [TestCase("project")]
    [TestCase("project", "create")]
    [TestCase("identity", "list", "--output", "xml")]
    [TestCase("identity", "list", "--no-such-option")]
    public async Task What_is_not_understood_is_a_usage_error(params string[] args) =>
        (await _host.RunAsync(args)).Fails(2, "--help");
}
