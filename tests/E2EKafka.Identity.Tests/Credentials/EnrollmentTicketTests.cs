using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class EnrollmentTicketTests
{
    private const string Prefix = "e2ekafka-ticket-";
    private TestProject _project = null!;

    [OneTimeSetUp]
    public void MakeProject() => _project = new TestProject();

    [OneTimeTearDown]
    public void DisposeProject() => _project.Dispose();

    [Test]
    public void A_ticket_is_one_word_that_survives_being_copied()
    {
        var ticket = _project.Ticket();
        var text = ticket.Encode();
        var read = EnrollmentTicket.Parse($" \t{text}\r\n");
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Match($"^{Prefix}[A-Za-z0-9_-]+$"));
            Assert.That(read.Project, Is.EqualTo(_project.Document.Id));
            Assert.That(read.Authority, Is.EqualTo(_project.Document.Authority));
            Assert.That(read.ExpiresAt, Is.EqualTo(TestProject.Start.AddMinutes(10)));
            Assert.That(read.Secret, Is.EqualTo(ticket.Secret));
            Assert.That(() => read.Check(_project.Document, _project.Now), Throws.Nothing);
        });
    }

    [Test]
    public void Its_content_prints_the_project_alone() =>
        Assert.That(new TicketClaims("project", "authority", "key", 1, 1, [1]).ToString(), Is.EqualTo("TicketClaims { Project = project }"));

    [Test]
    public void Its_hash_is_fixed() =>
        // SHA-256("E2EKafka/1 ticket" ‖ 0 ‖ 00 01 … 1F), computed with Python's hashlib.
        Assert.That(EnrollmentTicket.HashOf([.. Enumerable.Range(0, 32).Select(i => (byte)i)]), Is.EqualTo("dJ9MoKX4o2YkWKKTYqIctrHkaE7Ji2RtuGYFbGLBvWY"));

    [Test]
    public void Text_that_is_not_a_ticket_is_refused_and_never_repeated()
    {
        var text = _project.Ticket().Encode();
        var json = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)));
        string[] wrong =
        [
            "", " ", "ticket", Prefix, text[Prefix.Length..], text[..^1], text + "A", text + "=", text.Insert(30, " "), text.ToUpperInvariant(),
            Prefix + new string('A', 5_000), Of("null"), Of("[]"), Of("{}"), Of(json + "x"),
            Of(json[..^1] + ",\"uses\":9}"), Of(json[..^1] + ",\"exp\":1}"),
            Of(json.Replace("\"exp\":", "\"Exp\":", StringComparison.Ordinal)),
            Of(json.Replace("\"exp\":", "\"exp\":-", StringComparison.Ordinal)),
            Of(json.Replace("\"exp\":", "\"exp\":999999999", StringComparison.Ordinal)),
            Of(json.Replace(_project.Document.Id, "p\\u000aforged log line", StringComparison.Ordinal)),
            Of(json.Replace(_project.Document.Authority, "a", StringComparison.Ordinal)),
            Of(json.Replace(_project.Document.Id + "\"", "\\ud800\"", StringComparison.Ordinal)),
            Of(System.Text.RegularExpressions.Regex.Replace(json, "\"secret\":\"[^\"]*\"", "\"secret\":\"AAAA\"")),
            Of(System.Text.RegularExpressions.Regex.Replace(json, "\"secret\":\"[^\"]*\"", "\"secret\":null")),
        ];
        Assert.Multiple(() =>
        {
            foreach (var bad in wrong)
            {
                var thrown = Assert.Throws<EndToEndKafkaException>(() => EnrollmentTicket.Parse(bad), bad);
                Assert.That(thrown?.Reason, Is.EqualTo(FailureReason.TicketMalformed));
                if (bad.Length > Prefix.Length)
                    Assert.That(thrown?.ToString(), Does.Not.Contain(bad.Trim()));
            }
        });

        static string Of(string json) => Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    [Test]
    public void The_last_time_there_is_does_not_overflow()
    {
        var ticket = new EnrollmentTicket(new TicketClaims(_project.Document.Id, _project.Document.Authority, _project.Document.AuthorityKey.Thumbprint, _project.Document.Version, 253_370_764_799, new byte[32]));
        Assert.That(() => EnrollmentTicket.Parse(ticket.Encode()).Check(_project.Document, _project.Now), Throws.Nothing);
    }

    [Test]
    public void A_ticket_of_another_project_is_refused_before_it_is_sent()
    {
        using var other = new TestProject();
        var thrown = Assert.Throws<EndToEndKafkaException>(() => other.Ticket().Check(_project.Document, _project.Now));
        Assert.That(thrown!.Reason, Is.EqualTo(FailureReason.TicketForOtherProject));
    }

    [Test]
    public void A_ticket_that_names_our_project_and_another_authority_is_refused_before_it_is_sent()
    {
        using var other = SigningKey.Generate();
        var ticket = new EnrollmentTicket(new TicketClaims(_project.Document.Id, other.Public.Thumbprint, _project.Document.AuthorityKey.Thumbprint, _project.Document.Version, _project.Now.AddDays(1).ToUnixTimeSeconds(), new byte[32]));
        Assert.That(
            () => ticket.Check(_project.Document, _project.Now),
            Refused.With(FailureReason.TicketForOtherProject));
    }

    [Test]
    public void An_expired_ticket_is_refused_before_it_is_sent_but_for_the_clocks_skew()
    {
        var ticket = _project.Ticket(lifetime: TimeSpan.FromMinutes(1));
        Assert.Multiple(() =>
        {
            Assert.That(() => ticket.Check(_project.Document, ticket.ExpiresAt + RecordClock.Skew - TimeSpan.FromSeconds(1)), Throws.Nothing);
            Assert.That(
                () => ticket.Check(_project.Document, ticket.ExpiresAt + RecordClock.Skew),
                Refused.With(FailureReason.TicketExpired));
        });
    }
}
