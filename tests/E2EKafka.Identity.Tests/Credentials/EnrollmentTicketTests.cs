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

    [TestCase(31)]
    [TestCase(33)]
    public void A_secret_of_another_size_has_no_hash(int size) =>
        Assert.That(() => EnrollmentTicket.HashOf(new byte[size]), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Its_secret_is_zeroed_on_the_stack_when_it_is_hashed()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)(i * 7))];
        Assume.That(Memory.IsLeftOnStack(secret, Memory.CopyToStack), "else the rest proves nothing");
        Assert.That(Memory.IsLeftOnStack(secret, bytes => EnrollmentTicket.HashOf(bytes)), Is.False);
    }

    [Test]
    public void It_is_shown_by_project_and_end_without_its_secret() => Assert.That(
        _project.Ticket().ToString(), Is.EqualTo($"[ticket for project {_project.Document.Id} until 2026-03-01 12:10:00Z]"));

    [TestCase("\uFEFF", "")]
    [TestCase(" \uFEFF", "\r\n")]
    [TestCase("\uFEFF\n", "\uFEFF")]
    public void White_space_and_a_byte_order_mark_around_it_are_no_part_of_it(string before, string after)
    {
        var text = _project.Ticket().Encode();
        Assert.That(EnrollmentTicket.Parse(before + text + after).Encode(), Is.EqualTo(text));
    }

    [Test]
    public void A_path_that_holds_what_looks_like_a_ticket_is_told_from_one_that_does_not()
    {
        Assert.Multiple(() =>
        {
            Assert.That(EnrollmentTicket.IsIn(_project.Ticket().Encode()));
            Assert.That(EnrollmentTicket.IsIn(Prefix + new string('A', 33)));
            Assert.That(EnrollmentTicket.IsIn(Prefix + new string('A', 32)), Is.False, "too short for a secret");
            Assert.That(EnrollmentTicket.IsIn("secrets/" + Prefix + new string('A', 32)), "behind a folder");
            Assert.That(EnrollmentTicket.IsIn("secrets/" + new string('A', 100)), Is.False, "a long path");
        });
    }

    [Test]
    public void Text_that_is_not_a_ticket_is_refused_and_never_repeated()
    {
        var text = _project.Ticket().Encode();
        var json = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)));
        string[] wrong =
        [
            "", " ", "ticket", Prefix, text[Prefix.Length..], text[..^1], text + "A", text + "=", text.Insert(30, " "), text.ToUpperInvariant(),
            Prefix + new string('A', 5_000), "e2ekafka-secret-" + text[Prefix.Length..], Of("null"), Of("[]"), Of("{}"), Of(json + "x"),
            Of(json[..^1] + ",\"uses\":9}"), Of(json[..^1] + ",\"exp\":1}"),
            Of(json.Replace("\"exp\":", "\"Exp\":", StringComparison.Ordinal)),
            Of(json.Replace("\"exp\":", "\"exp\":-", StringComparison.Ordinal)),
            Of(json.Replace("\"exp\":", "\"exp\":999999999", StringComparison.Ordinal)),
            Of(json.Replace(_project.Document.Id, "p\\u000aforged log line", StringComparison.Ordinal)),
            Of(json.Replace($"\"authority\":\"{_project.Document.Authority}\"", "\"authority\":\"a\"", StringComparison.Ordinal)),
            Of(json.Replace($"\"key\":\"{_project.Document.Authority}\"", "\"key\":\"a\"", StringComparison.Ordinal)),
            Of(json.Replace($"\"version\":{_project.Document.Version}", "\"version\":0", StringComparison.Ordinal)),
            Of(System.Text.RegularExpressions.Regex.Replace(json, "\"exp\":[0-9]*", "\"exp\":253370764800")),
            Of(json.Replace(_project.Document.Id + "\"", "\\ud800\"", StringComparison.Ordinal)),
            Of(System.Text.RegularExpressions.Regex.Replace(json, "\"secret\":\"[^\"]*\"", "\"secret\":\"AAAA\"")),
            Of(System.Text.RegularExpressions.Regex.Replace(json, "\"secret\":\"[^\"]*\"", "\"secret\":null")),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(wrong, Has.None.EqualTo(text), "each is another text");
            foreach (var bad in wrong)
            {
                var thrown = Assert.Throws<EndToEndKafkaException>(() => EnrollmentTicket.Parse(bad), bad);
                Assert.That(thrown?.Reason, Is.EqualTo(FailureReason.TicketMalformed));
                Assert.That(thrown?.Message, Does.Contain($"is one word that begins with '{Prefix}'"));
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
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.Reason, Is.EqualTo(FailureReason.TicketForOtherProject));
            Assert.That(thrown.Message, Does.Contain($"is for project {other.Document.Id}, and the project file is of project {_project.Document.Id}."));
        });
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
                Refused.With(FailureReason.TicketExpired, "expired at 2026-03-01 12:01:00Z."));
        });
    }
}
