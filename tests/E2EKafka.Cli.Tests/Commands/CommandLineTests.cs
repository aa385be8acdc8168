namespace E2EKafka.Cli.Tests;

/// <summary>Command lines that are not understood: what is said, with the nearest name.</summary>
public class CommandLineTests
{
    private CliHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new CliHost();

    [TearDown]
    public void TearDown() => _host.Dispose();

    [TestCase("tickt", "`e2ekafka` has no command 'tickt'. Did you mean `e2ekafka ticket`? See `e2ekafka --help`.")]
    [TestCase("xyzzy", "`e2ekafka` has no command 'xyzzy'. See `e2ekafka --help`.")]
    [TestCase("enrol --identity x", "`e2ekafka` has no command 'enrol'. Did you mean `e2ekafka enroll`?")]
    [TestCase("ticket creat", "`e2ekafka ticket` has no command 'creat'. Did you mean `e2ekafka ticket create`?")]
    [TestCase("create ticket", "Name the group before its command: `e2ekafka ticket create`.")]
    [TestCase("rotate-key", "Did you mean `e2ekafka authority rotate-keys`?")]
    [TestCase("lst", "Did you mean `e2ekafka ticket list` or `e2ekafka identity list` or `e2ekafka member list`?")]
    [TestCase("creat tikcet", "Did you mean `e2ekafka ticket create`?")]
    [TestCase("--hlep", "`e2ekafka` has no option '--hlep'. Did you mean '--help'?")]
    [TestCase("ticket --hom x list", "'--hom'. Did you mean '--home'?")]
    [TestCase("ticket create --attribut role=reader", "`e2ekafka ticket create` has no option '--attribut'. Did you mean '--attribute'?")]
    [TestCase("ticket create --use=3", "has no option '--use'. Did you mean '--uses'?")]
    [TestCase("ticket create --bootstrap-servers localhost:9092", "Did you mean '--bootstrap-server'?")]
    [TestCase("consume --identity a --topic t more", "`e2ekafka consume` does not take 'more'. See `e2ekafka consume --help`.")]
    [TestCase("consume --topic t", "Option '--identity' is required.")]
    public async Task What_is_not_understood_is_named_with_what_may_be_meant(string line, string says)
    {
        var run = (await _host.RunAsync(line.Split(' '))).Fails(ExitCode.Usage, says);
        Assert.That(run.OutputBytes, Is.Empty);
    }

    [Test]
    public async Task An_option_that_was_meant_is_not_said_to_be_missing()
    {
        var run = (await _host.RunAsync("consume", "--identiy", "a", "--topic", "t")).Fails(ExitCode.Usage, "Did you mean '--identity'?");
        Assert.That(run.Error, Does.Not.Contain("required"));
    }

    [Test]
    public async Task What_may_be_a_secret_is_not_repeated()
    {
        Assert.That((await _host.RunAsync("produce", "--password", "hunter2")).Fails(ExitCode.Usage, "'--password'").Error, Does.Not.Contain("hunter2"));

        var ticket = new EnrollmentTicket(new TicketClaims(new string('A', 43), new string('A', 43), new string('A', 43), 1, 1, new byte[32])).Encode();
        Assert.That((await _host.RunAsync("enroll", "--identity", "a", ticket)).Fails(ExitCode.Usage, "a ticket").Error, Does.Not.Contain(ticket[^20..]));
    }

    [TestCase("", "Commands:")]
    [TestCase("ticket", "cancel <id>")]
    [TestCase("--output json", "Commands:")]
    public async Task Where_no_command_is_named_all_are_shown(string line, string shows)
    {
        var run = (await _host.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Fails(ExitCode.Usage, shows);
        Assert.That(run.Error, Does.EndWith("Name one of the commands above.\n"));
        Assert.That(run.OutputBytes, Is.Empty);
    }

    [TestCase("help", "Commands:")]
    [TestCase("help ticket", "cancel <id>")]
    [TestCase("help ticket create", "--expires-in")]
    [TestCase("-h", "Commands:")]
    [TestCase("ticket create --help", "--expires-in")]
    [TestCase("ticket create --attribut x --help", "--expires-in")]
    public async Task Help_is_printed_however_it_is_asked_for(string line, string shows) =>
        Assert.That((await _host.RunAsync(line.Split(' '))).Succeeds().Output, Does.Contain(shows));
}
