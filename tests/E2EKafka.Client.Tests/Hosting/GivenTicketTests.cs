using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>Where a ticket is missing, the message says what there is in its place, and what to do.</summary>
[TestFixture]
public class GivenTicketTests
{
    private TemporaryFolder _folder = null!;
    private TestProject _project = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _project = new TestProject();
    }

    [TearDown]
    public void TearDown()
    {
        _project.Dispose();
        _folder.Dispose();
    }

    [TestCase(null, "no ticket was given")]
    [TestCase("", "the option Ticket is set and empty")]
    [TestCase(" \r\n", "the option Ticket is set and empty")]
    [TestCase("\uFEFF", "the option Ticket is set and empty")]
    public void An_empty_option_is_said_to_be_empty(string? ticket, string said) =>
        AssertAbsent(new EndToEndKafkaOptions { Ticket = ticket }, said);

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("\r\n\r\n")]
    [TestCase("\uFEFF")]
    [TestCase("\uFEFF\r\n")]
    public void An_empty_file_is_said_to_be_empty(string content)
    {
        File.WriteAllText(_folder["ticket"], content);

        AssertAbsent(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }, $"the ticket file '{_folder["ticket"]}' is empty");
    }

    [Test]
    public void A_file_that_does_not_exist_is_named() =>
        AssertAbsent(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }, $"the ticket file '{_folder["ticket"]}' does not exist");

    [Test]
    public void A_ticket_in_the_place_of_its_file_is_not_shown()
    {
        var given = GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _project.Ticket().Encode() });

        Assert.That(given.Ticket, Is.Null);
        Assert.That(given.Absence, Does.StartWith("the option TicketFile holds a ticket, and not the path of a file").And.Not.Contains("e2ekafka-ticket-"));
    }

    [Test]
    public void A_folder_is_no_file()
    {
        Directory.CreateDirectory(_folder["ticket"]);

        AssertAbsent(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }, $"the ticket file '{_folder["ticket"]}' is a folder");
    }

    [Test]
    public void A_file_option_that_is_empty_is_said_to_be_empty() =>
        AssertAbsent(new EndToEndKafkaOptions { TicketFile = " " }, "the option TicketFile is set and empty");

    [TestCase("{0}")]
    [TestCase("{0}\r\n")]
    [TestCase("\uFEFF{0}\r\n")]
    public void A_ticket_is_read_whatever_an_editor_put_around_it(string content)
    {
        var ticket = _project.Ticket();
        File.WriteAllText(_folder["ticket"], string.Format(null, content, ticket.Encode()));

        Assert.That(GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }).Ticket?.Secret, Is.EqualTo(ticket.Secret));
        Assert.That(GivenTicket.Of(new EndToEndKafkaOptions { Ticket = string.Format(null, content, ticket.Encode()) }).Ticket?.Secret, Is.EqualTo(ticket.Secret));
    }

    [Test]
    public void A_file_that_holds_something_else_is_named_and_not_shown()
    {
        File.WriteAllText(_folder["ticket"], "e2ekafka-ticket-c2VjcmV0");

        Assert.That(
            () => GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.TicketMalformed)
                .And.Message.Contains(_folder["ticket"]).And.Message.Not.Contains("c2VjcmV0"));
    }

    [Test]
    public void The_member_that_misses_it_says_so()
    {
        using var vault = new MemoryVault();
        using var exchange = new MemberEngine(
            _project.Document, null, vault, _project.Clock, new KeyLifetimes(), static _ => { }, new CollectingLog(),
            GivenTicket.Of(new EndToEndKafkaOptions { Ticket = "" }).Absence);
        exchange.CaughtUp(ControlPartition.Authority);
        exchange.CaughtUp(ControlPartition.Members);
        exchange.Advance();

        Assert.That(exchange.Ring.Failure?.Reason, Is.EqualTo(FailureReason.NotEnrolled));
        Assert.That(exchange.Ring.Failure?.Message, Does.StartWith("This member is not enrolled, and the option Ticket is set and empty. Ask the project's owner"));
    }

    private static void AssertAbsent(EndToEndKafkaOptions options, string said)
    {
        var given = GivenTicket.Of(options);

        Assert.That(given.Ticket, Is.Null);
        Assert.That(given.Absence, Does.StartWith(said).And.Contain("Ask the project's owner"));
    }
}
