namespace E2EKafka.Cli.Tests;

/// <summary>What an operator asks of the authority, whether it runs or not.</summary>
public class AuthorityTests
{
    private const string Kafka = "--kafka-config=kafka.config";

    private CliProject _project = null!;

    [SetUp]
    public async Task SetUp() => _project = await CliProject.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task A_member_is_listed_and_revoked_by_the_authority_that_runs()
    {
        var host = await _project.JoinAsync("producer2", "--attribute", "role=writer");
        var identifier = await host.IdentifierOfAsync("producer2");

        (await _project.OwnerAsync("member", "revoke", identifier, "--compromised")).Succeeds();

        var member = (await _project.OwnerAsync("member", "list", "--output", "json")).Succeeds().Json.EnumerateArray().Single();
        Assert.Multiple(() =>
        {
            Assert.That(member.GetProperty("identifier").GetString(), Is.EqualTo(identifier));
            Assert.That(member.GetProperty("attributes").GetProperty("role").GetString(), Is.EqualTo("writer"));
            Assert.That(member.GetProperty("revoked").GetString(), Is.EqualTo("compromised"));
        });
        (await host.RunAsync("status", "--identity", "producer2", Kafka)).Fails(1, "");
    }

    [Test]
    public async Task Without_a_running_authority_the_command_is_the_authority_for_as_long_as_it_takes()
    {
        var host = await _project.JoinAsync("producer2");
        var identifier = await host.IdentifierOfAsync("producer2");
        (await _project.StopAuthorityAsync()).Succeeds();

        (await _project.OwnerAsync("ticket", "create")).Succeeds();
        (await _project.OwnerAsync("member", "revoke", identifier, "--departed")).Succeeds();

        // The removal is on Kafka, where everybody reads it.
        Assert.That(
            (await host.RunAsync("status", "--identity", "producer2", "--output", "json", Kafka)).Json
                .GetProperty("status").GetProperty("problem").GetProperty("reason").GetString(),
            Is.EqualTo("revoked"));
    }

    [Test]
    public async Task A_members_attributes_are_set_while_it_runs_and_while_the_authority_does_not()
    {
        var host = await _project.JoinAsync("producer2", "--attribute", "role=writer");
        var identifier = await host.IdentifierOfAsync("producer2");

        (await _project.OwnerAsync("member", "set", identifier, "--attribute", "role=reader", "--attribute", "site=north")).Succeeds();
        Assert.That((await AttributesAsync()).GetRawText(), Does.Contain("reader").And.Contain("north"));
        Assert.That(
            (await host.RunAsync("status", "--identity", "producer2", "--output", "json", Kafka)).Succeeds().Json
                .GetProperty("status").GetProperty("credential").GetProperty("attributes").GetProperty("role").GetString(),
            Is.EqualTo("reader"));

        (await _project.StopAuthorityAsync()).Succeeds();
        (await _project.OwnerAsync("member", "set", identifier)).Succeeds();
        Assert.That((await AttributesAsync()).EnumerateObject(), Is.Empty);

        async Task<System.Text.Json.JsonElement> AttributesAsync() =>
            (await _project.OwnerAsync("member", "list", "--output", "json")).Succeeds().Json.EnumerateArray().Single().GetProperty("attributes");
    }

    [Test]
    public async Task A_ticket_is_listed_and_cancelled_with_the_member_that_enrolled_with_it()
    {
        var host = await _project.JoinAsync("producer2", "--uses", "2");
        var identifier = await host.IdentifierOfAsync("producer2");
        var listed = (await _project.OwnerAsync("ticket", "list", "--output", "json")).Succeeds().Json.EnumerateArray().Single();
        var id = listed.GetProperty("id").GetString()!;
        Assert.That(listed.GetProperty("used").GetInt32(), Is.EqualTo(1));
        Assert.That((await _project.OwnerAsync("ticket", "list")).Succeeds().Output, Does.Contain(id));

        Assert.That((await _project.OwnerAsync("ticket", "cancel", id)).Succeeds().Error, Does.Contain(identifier).And.Contain("stay"));
        (await host.RunAsync("identity", "create", "second")).Succeeds();
        (await host.RunAsync("enroll", "--identity", "second", "--ticket", "ticket", Kafka)).Fails(1, "ticket");
        Assert.That((await _project.OwnerAsync("ticket", "list")).Succeeds().Output, Is.Empty);

        Assert.That((await _project.OwnerAsync("ticket", "cancel", id, "--compromised")).Succeeds().Error, Does.Contain(identifier).And.Contain("removed"));
        (await host.RunAsync("status", "--identity", "producer2", Kafka)).Fails(1, "");
        (await _project.OwnerAsync("ticket", "cancel", new string('A', 43))).Fails(1, "no ticket");
    }

    [Test]
    public async Task Who_never_enrolled_cannot_be_revoked() =>
        (await _project.OwnerAsync("member", "revoke", new string('A', 43), "--departed")).Fails(1, "has ever enrolled");

    [TestCase("member", "revoke", "abc", "--departed")]
    [TestCase("member", "revoke", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("member", "revoke", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "--departed", "--compromised")]
    [TestCase("ticket", "cancel", "abc")]
    [TestCase("ticket", "cancel", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "--departed", "--compromised")]
    [TestCase("member", "set", "abc")]
    [TestCase("member", "set", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "--attribute", "service")]
    [TestCase("ticket", "create", "--uses", "0")]
    [TestCase("ticket", "create", "--expires-in", "10")]
    [TestCase("ticket", "create", "--expires-in", "366d")]
    [TestCase("ticket", "create", "--attribute", "role")]
    [TestCase("ticket", "create", "--attribute", "role=a", "--attribute", "role=b")]
    public async Task A_wrong_argument_is_a_usage_error(params string[] args) =>
        Assert.That((await _project.OwnerAsync(args)).ExitCode, Is.EqualTo(2));

    [Test]
    public async Task A_policy_is_shown_changed_and_shown_to_members_from_kafka()
    {
        var member = await _project.JoinAsync("reader", "--attribute", "role=reader");
        var policy = (await _project.OwnerAsync("policy", "show")).Succeeds().Output;
        _project.Owner.Write("policy.json", policy.Replace("\"attributes\": {}", "\"attributes\": {\"role\": [\"reader\"]}", StringComparison.Ordinal));

        (await _project.OwnerAsync("policy", "set", "policy.json")).Succeeds();

        var shown = (await member.RunAsync("policy", "show", Kafka)).Succeeds().Output;
        Assert.That(shown, Is.Not.EqualTo(policy).And.EqualTo((await _project.OwnerAsync("policy", "show")).Output));
        var readers = (await member.RunAsync("who-can-read", "orders", "--output", "json", Kafka)).Succeeds().Json;
        Assert.That(readers.EnumerateArray().Single().GetProperty("because").GetString(), Is.EqualTo("role=reader: *"));
    }

    [TestCase("not json")]
    [TestCase("""{"produce":[]}""")]
    [TestCase("""{"produce":[],"consume":[],"more":1}""")]
    [TestCase("""{"produce":[{"topics":["a*b"]}],"consume":[]}""")]
    [TestCase("""{"produce":[],"consume":[],"topics":[{"topic":"a","authentication":"mac"}]}""")]
    [TestCase("""{"produce":[],"consume":[],"topics":[{"topic":"a","authentication":"mac","readerGroups":{"role":["a"],"team":["b"]}}]}""")]
    public async Task What_is_no_policy_is_refused_and_changes_nothing(string json)
    {
        _project.Owner.Write("policy.json", json);
        var before = (await _project.OwnerAsync("policy", "show")).Output;

        (await _project.OwnerAsync("policy", "set", "policy.json")).Fails(1, "policy.json'");

        Assert.That((await _project.OwnerAsync("policy", "show")).Output, Is.EqualTo(before));
    }

    [Test]
    public async Task The_authoritys_and_the_members_reasons_agree_on_who_can_read()
    {
        var reader = await _project.JoinAsync("reader", "--attribute", "role=reader");
        var writer = await _project.JoinAsync("writer", "--attribute", "role=writer");
        _project.Owner.Write("policy.json",
            $$$"""
            {"produce":[{"topics":["*"]}],
             "consume":[{"topics":["orders.*"],"attributes":{"role":["reader","auditor"]}},{"topics":["bills"]}],
             "topics":[{"topic":"bills","authentication":"mac","readerGroups":{"role":["auditor","reader"]}},{"topic":"archive","archiveReaders":["{{{await writer.IdentifierOfAsync("writer")}}}"]}]}
            """);
        (await _project.OwnerAsync("policy", "set", "policy.json")).Succeeds();

        foreach (var (topic, expected) in new[] { ("orders.eu", "role=reader: orders.*"), ("archive", "archive reader"), ("bills", "any member: bills, reader group reader") })
        {
            var byAuthority = (await _project.OwnerAsync("who-can-read", topic, "--output", "json")).Succeeds();
            var byMember = (await reader.RunAsync("who-can-read", topic, "--output", "json", Kafka)).Succeeds();
            Assert.That(byAuthority.Json.EnumerateArray().Single().GetProperty("because").GetString(), Is.EqualTo(expected));
            Assert.That(byMember.Output, Is.EqualTo(byAuthority.Output));
        }

        Assert.That((await _project.OwnerAsync("who-can-read", "other")).Succeeds().Error, Does.Contain("No member can read"));
    }

    [Test]
    public async Task The_authoritys_keys_and_a_members_are_replaced_while_both_run()
    {
        var host = await _project.JoinAsync("consumer");
        var identifier = await host.IdentifierOfAsync("consumer");
        _project.Cluster.CreateTopic("orders");
        await using var consumer = new RunningCommand(host, Stream.Null, "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");

        (await _project.OwnerAsync("authority", "rotate-keys")).Succeeds();
        (await host.RunAsync("identity", "rotate", "consumer", Kafka)).Succeeds();

        var status = (await host.RunAsync("status", "--identity", "consumer", "--output", "json", Kafka)).Succeeds().Json;
        Assert.Multiple(() =>
        {
            Assert.That(status.GetProperty("running").GetBoolean(), Is.True);
            Assert.That(status.GetProperty("status").GetProperty("identifier").GetString(), Is.EqualTo(identifier));
            Assert.That(status.GetProperty("status").GetProperty("projectVersion").GetInt64(), Is.GreaterThan(ProjectDocument.Load(host["project.json"]).Version));
            Assert.That(status.GetProperty("status").GetProperty("credential").GetProperty("serial").GetInt64(), Is.GreaterThan(1));
        });
        (await consumer.InterruptAsync()).Succeeds();
    }

    [Test]
    public async Task A_used_ticket_lets_no_other_member_in()
    {
        var first = await _project.JoinAsync("first");
        (await first.RunAsync("identity", "create", "second")).Succeeds();

        (await first.RunAsync("enroll", "--identity", "second", "--ticket", "ticket", Kafka)).Fails(1, "ticket");
    }

    [Test]
    public async Task A_ticket_comes_from_standard_input_too()
    {
        var host = await _project.JoinAsync("first");
        var ticket = (await _project.OwnerAsync("ticket", "create")).Succeeds().OutputBytes;
        (await host.RunAsync("identity", "create", "second")).Succeeds();

        var enrolled = (await host.RunAsync(["enroll", "--identity", "second", "--ticket", "-", Kafka], new MemoryStream(ticket))).Succeeds();

        Assert.That(enrolled.Output + enrolled.Error, Does.Not.Contain("e2ekafka-ticket-"));
    }

    [Test]
    public async Task Where_the_authority_is_not_its_commands_say_where_to_go()
    {
        var host = await _project.JoinAsync("member");

        (await host.RunAsync("ticket", "create", Kafka)).Fails(1, "not in this home");
        (await host.RunAsync("authority", "run", Kafka)).Fails(1, "not in this home");
    }
}
