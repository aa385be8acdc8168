using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Who is let in, and who may do what.</summary>
[TestFixture]
public class EnrollmentTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    private static readonly Policy ByRole = new()
    {
        Produce = [RuleFor("writer")],
        Consume = [RuleFor("reader")],
    };

    private TestProjectOnKafka _project = null!;

    [SetUp]
    public async Task StartProject() => _project = await TestProjectOnKafka.StartAsync();

    [TearDown]
    public async Task StopProject() => await _project.DisposeAsync();

    [Test]
    public async Task A_process_without_a_ticket_is_refused() =>
        await RefusedAsync(null, FailureReason.NotEnrolled, "ticket", options => options.StartupTimeout = TimeSpan.FromMinutes(10));

    [Test]
    public async Task A_ticket_lets_in_as_many_members_as_it_has_uses()
    {
        var ticket = _project.Authority.CreateTicket(uses: 2);
        await using var first = await _project.ConnectAsync(ticket);
        await using var second = await _project.ConnectAsync(ticket);

        await RefusedAsync(ticket, FailureReason.TicketUsedUp, "new one");
        Assert.That(_project.Authority.ListMembers().Select(member => member.Identifier), Is.EquivalentTo([first.Identifier, second.Identifier]));
    }

    [Test]
    public async Task The_same_member_may_enroll_again_with_the_same_ticket()
    {
        var ticket = _project.Authority.CreateTicket();
        string identifier;
        await using (var first = await _project.ConnectAsync(ticket, options => _project.KeepIn("member", options)))
            identifier = first.Identifier;

        await using var second = await _project.ConnectAsync(ticket, options => _project.KeepIn("member", options));

        Assert.That(second.Identifier, Is.EqualTo(identifier));
    }

    [Test]
    public async Task A_used_up_ticket_is_refused_to_a_member_in_a_process_of_its_own()
    {
        var ticket = _project.Authority.CreateTicket();
        await using var first = MemberProcess.Start(_project.Settings(MemberRole.Consume, ticket));
        await first.UntilAsync(MemberEventKind.Ready);
        await using var second = MemberProcess.Start(_project.Settings(MemberRole.Consume, ticket));
        await second.UntilAsync(MemberEventKind.Started);

        var end = await second.NextAsync();

        Assert.That((end.Kind, end.Reason), Is.EqualTo((MemberEventKind.Failed, FailureReason.TicketUsedUp)), end.Message);
    }

    [Test]
    public async Task A_ticket_that_has_expired_long_ago_is_refused_without_asking()
    {
        var ticket = Altered(_project.Authority.CreateTicket(), ticket =>
            new TicketClaims(ticket.Project, ticket.Authority, _project.Authority.Project.AuthorityKey.Thumbprint, _project.Authority.Project.Version, (ticket.ExpiresAt - TimeSpan.FromDays(1)).ToUnixTimeSeconds(), ticket.Secret));

        await RefusedAsync(ticket, FailureReason.TicketExpired, "new one");
        Assert.That(_project.ControlRecordJudge(RecordTypes.AuthorityRequest), Is.Empty);
    }

    [Test]
    public async Task An_expired_ticket_is_refused_by_the_authority_whatever_its_bearer_makes_of_it()
    {
        var ticket = Altered(_project.Authority.CreateTicket(lifetime: TimeSpan.FromSeconds(1)), ticket =>
            new TicketClaims(ticket.Project, ticket.Authority, _project.Authority.Project.AuthorityKey.Thumbprint, _project.Authority.Project.Version, (ticket.ExpiresAt + TimeSpan.FromDays(1)).ToUnixTimeSeconds(), ticket.Secret));
        await Task.Delay(TimeSpan.FromSeconds(1.1));

        await RefusedAsync(ticket, FailureReason.TicketExpired, "new one");
        Assert.That(_project.ControlRecordJudge(RecordTypes.Refusal), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_ticket_that_the_authority_never_made_is_refused()
    {
        var ticket = Altered(_project.Authority.CreateTicket(), ticket =>
            new TicketClaims(ticket.Project, ticket.Authority, _project.Authority.Project.AuthorityKey.Thumbprint, _project.Authority.Project.Version, ticket.ExpiresAt.ToUnixTimeSeconds(), new byte[EnrollmentTicket.SecretSize]));

        await RefusedAsync(ticket, FailureReason.TicketUnknown, "new one");
    }

    [Test]
    public async Task A_ticket_of_another_project_is_refused()
    {
        await using var other = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "other", IsDevelopment = true, BootstrapServers = _project.Cluster.BootstrapServers, Vault = new MemoryVault(),
        });

        await RefusedAsync(other.CreateTicket(), FailureReason.TicketForOtherProject, other.Project.Id);
    }

    [TestCase("a ticket")]
    [TestCase("e2ekafka-ticket-")]
    [TestCase("e2ekafka-ticket-bm90IGEgdGlja2V0")]
    public async Task A_malformed_ticket_is_refused(string ticket) => await RefusedAsync(ticket, FailureReason.TicketMalformed, "e2ekafka-ticket-");

    [Test]
    public async Task A_ticket_that_lost_its_end_is_refused_and_not_shown()
    {
        var ticket = _project.Authority.CreateTicket()[..^10];

        var failure = await RefusedAsync(ticket, FailureReason.TicketMalformed, "Copy it whole");
        Assert.That(failure.ToString(), Does.Not.Contain(ticket[40..]));
    }

    [Test]
    public async Task A_member_without_the_attributes_to_produce_is_refused_and_sends_nothing()
    {
        await _project.Authority.SetPolicyAsync(ByRole);
        await using var reader = await _project.JoinAsync(options => options.Consume.Add(Topic), Role("reader"));
        await using var member = await _project.JoinAsync(options => options.Produce.Add(Topic), Role("reader"));
        using var producer = _project.NewProducer(member);

        var refused = Assert.Throws<ProduceException<string, string>>(() =>
            producer.Produce(Topic, new Message<string, string> { Value = "refused" }))!;

        var failure = refused.InnerException as EndToEndKafkaException;
        Assert.That(failure?.Reason, Is.EqualTo(FailureReason.ProducerNotAuthorized));
        Assert.That(failure!.Message, Does.Contain(Topic));
        producer.Flush(TestProjectOnKafka.Patience);
        Assert.That(RawKafka.Count(_project.Kafka, Topic), Is.Zero);
        Assert.That(_project.ControlRecordJudge(RecordTypes.Announcement), Is.Empty);
    }

    [Test]
    public async Task A_member_without_the_attributes_to_consume_is_refused_and_gets_no_key()
    {
        await _project.Authority.SetPolicyAsync(ByRole);
        await using var outsider = await _project.JoinAsync(options => options.Consume.Add(Topic), Role("writer"));
        await using var reader = await _project.JoinAsync(options => options.Consume.Add(Topic), Role("reader"));
        await using var writer = await _project.JoinAsync(options => options.Produce.Add(Topic), Role("writer"));
        await _project.SendAsync(writer, "for readers");

        using var readers = _project.NewReader(reader);
        using var outsiders = _project.NewReader(outsider);
        var failure = outsiders.Next().Failure;

        Assert.That(readers.NextValues(1), Is.EqualTo(["for readers"]));
        Assert.That((failure?.Reason, failure?.Kind), Is.EqualTo((FailureReason.ReaderNotAuthorized, FailureKind.Denied)));
        Assert.That(failure!.Message, Does.Contain(Topic));
        var recipients = _project.ControlRecordJudge(RecordTypes.Grant)
            .SelectMany(grant => grant.ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients);
        Assert.That(recipients.Select(recipient => recipient.Sub), Is.EqualTo([reader.Identifier]));
    }

    private static PolicyRule RuleFor(string role) => new()
    {
        Topics = ["*"],
        Attributes = new Dictionary<string, IReadOnlyList<string>> { ["role"] = [role] },
    };

    private static Dictionary<string, string> Role(string role) => new() { ["role"] = role };

    private static string Altered(string ticket, Func<EnrollmentTicket, TicketClaims> change) =>
        new EnrollmentTicket(change(EnrollmentTicket.Parse(ticket))).Encode();

    private async Task<EndToEndKafkaException> RefusedAsync(string? ticket, FailureReason reason, string says, Action<EndToEndKafkaOptions>? configure = null)
    {
        var failure = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => _project.ConnectAsync(ticket, configure)))!;
        Assert.That((failure.Reason, failure.Message), Is.EqualTo((reason, failure.Message)));
        Assert.That(failure.Message, Does.Contain(says));
        return failure;
    }
}
