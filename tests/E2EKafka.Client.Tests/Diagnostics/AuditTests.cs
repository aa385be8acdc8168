using System.Buffers.Text;
using E2EKafka.Tests;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>What an authority decides is in its audit log: who, what, when and by which ticket.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class AuditTests
{
    private readonly ManualTimeProvider _clock = new(TestProject.Start);
    private AuditTrail _trail = null!;
    private InMemoryProject _project = null!;

    [SetUp]
    public async Task SetUp()
    {
        _trail = new AuditTrail();
        _project = await InMemoryProject.StartAsync(options =>
        {
            options.TimeProvider = _clock;
            options.LoggerFactory = _trail;
            options.Topic("orders");
        });
    }

    [TearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public void A_project_and_its_first_policy()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_trail.Names, Is.EqualTo(new[] { "ProjectCreated", "PolicyChanged" }));
            Assert.That(_trail.Events[0]["Project"], Is.EqualTo(_project.Authority.Project.Id));
            Assert.That(_trail.Events[0]["Authority"], Is.EqualTo(_project.Authority.Project.Authority));
            Assert.That(_trail.Events[1]["Version"], Is.EqualTo($"{_project.Authority.Project.Version}"));
        });
    }

    [Test]
    public void A_ticket_without_its_secret()
    {
        var ticket = _project.Authority.CreateTicket(new Dictionary<string, string> { ["service"] = "shop", ["role"] = "member" }, uses: 3, TimeSpan.FromHours(1));

        var (audit, issued) = (_trail.Events[^1], _project.Authority.ListTickets().Single());
        Assert.Multiple(() =>
        {
            Assert.That(audit.Text, Is.EqualTo($"Ticket {issued.Id} was created at 2026-03-01 12:00:00Z: 3 uses until 2026-03-01 13:00:00Z, attributes role=member, service=shop."));
            Assert.That(audit.Fields["At"], Is.EqualTo(_clock.GetUtcNow()));
            Assert.That(audit.Fields.Values.Select(value => $"{value}"), Has.None.Contains(ticket));
            Assert.That(_trail.Everything, Does.Not.Contain(Base64Url.EncodeToString(EnrollmentTicket.Parse(ticket).Secret)));
        });
    }

    [Test]
    public async Task A_cancelled_ticket_and_each_member_that_goes_with_it()
    {
        await using var shop = await _project.AddMemberAsync("shop");
        var ticket = _trail.Events.Last(audit => audit.Name == "TicketCreated")["Ticket"]!;
        await _project.Authority.CancelTicketAsync(ticket, RevocationKind.Compromised);

        Assert.Multiple(() =>
        {
            Assert.That(_trail.Names.TakeLast(2), Is.EqualTo(new[] { "TicketCancelled", "MemberRemoved" }));
            Assert.That((_trail.Events[^2]["Ticket"], _trail.Events[^2]["Members"]), Is.EqualTo((ticket, "1")));
            Assert.That((_trail.Events[^1]["Member"], _trail.Events[^1]["Ticket"], _trail.Events[^1]["Kind"]), Is.EqualTo((shop.Identifier, ticket, "Compromised")));
        });
    }

    [Test]
    public async Task An_enrollment_with_its_ticket_and_none_for_a_renewal()
    {
        await using var shop = await _project.AddMemberAsync("shop", ("service", "shop"));
        for (var hour = 0; hour < 20; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await _project.SettleAsync();
        }

        var enrolled = _trail.Events.Single(audit => audit.Name == "MemberEnrolled");
        Assert.Multiple(() =>
        {
            Assert.That((enrolled["Member"], enrolled["Attributes"]), Is.EqualTo((shop.Identifier, "service=shop")));
            Assert.That(enrolled["Ticket"], Is.EqualTo(_trail.Events.Single(audit => audit.Name == "TicketCreated")["Ticket"]));
        });
    }

    [Test]
    public void A_request_that_is_refused_with_the_ticket_that_it_showed()
    {
        using var network = new ControlNetwork();
        var log = new CollectingLog();
        network.Project.Authority.Audit = new AuthorityAudit(log, network.Clock);
        var ticket = network.Project.Ticket();
        var first = network.Join(ticket: ticket);
        var second = network.Join(ticket: ticket);

        var refused = log.Events.Single(audit => audit.Name == "RequestRefused");
        Assert.Multiple(() =>
        {
            Assert.That(first.Identifier, Is.EqualTo(log.Events.Single(audit => audit.Name == "MemberEnrolled")["Member"]));
            Assert.That((refused["Member"], refused["Ticket"], refused["Reason"]), Is.EqualTo((second.Identifier, EnrollmentTicket.HashOf(ticket.Secret), "TicketUsedUp")));
            Assert.That(refused.Level, Is.EqualTo(LogLevel.Warning));
        });
    }

    [TestCase("shop", 1)]
    [TestCase("billing", 1)]
    [TestCase("", 0)]
    public async Task Attributes_before_and_after(string role, int changes)
    {
        await using var shop = await _project.AddMemberAsync("shop", ("service", "shop"));
        var attributes = new Dictionary<string, string> { ["service"] = "shop" };
        if (role.Length > 0)
            attributes["role"] = role;
        if (role == "billing")
            attributes.Remove("service");
        await _project.Authority.SetAttributesAsync(shop.Identifier, attributes);

        var changed = _trail.Events.Where(audit => audit.Name == "AttributesChanged").ToList();
        Assert.That(changed, Has.Count.EqualTo(changes));
        if (changes > 0)
            Assert.That((changed[0]["Member"], changed[0]["Before"], changed[0]["Attributes"]), Is.EqualTo((shop.Identifier, "service=shop", role == "shop" ? "role=shop, service=shop" : "role=billing")));
    }

    [Test]
    public async Task Replaced_keys_of_the_authority_and_of_a_member()
    {
        await using var shop = await _project.AddMemberAsync("shop");
        var before = _project.Authority.Project;
        await _project.Authority.RotateKeysAsync();
        await _project.SettleAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(shop.RotateIdentityAsync(), _project.SettleAsync());

        var (authority, member) = (_trail.Events.Single(audit => audit.Name == "AuthorityKeysReplaced"), _trail.Events.Single(audit => audit.Name == "IdentityKeyReplaced"));
        Assert.Multiple(() =>
        {
            Assert.That((authority["Before"], authority["Key"]), Is.EqualTo((before.AuthorityKey.Thumbprint, _project.Authority.Project.AuthorityKey.Thumbprint)));
            Assert.That((member["Member"], member["Before"]), Is.EqualTo((shop.Identifier, shop.Identifier)), "its first key names it");
            Assert.That(member["Key"], Is.Not.EqualTo(shop.Identifier));
        });
    }

    [Test]
    public async Task A_whole_life_of_a_project_leaves_exactly_this()
    {
        var shop = await _project.AddMemberAsync("shop");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _project.SettleAsync();
        var billing = await _project.AddMemberAsync("billing");
        await _project.Authority.SetAttributesAsync(billing.Identifier, new Dictionary<string, string> { ["service"] = "billing" });
        await _project.Authority.SetPolicyAsync(Policy.AnyMember);
        await _project.Authority.RotateKeysAsync();
        await _project.RevokeAsync(billing);
        await _project.RevokeAsync(billing);
        await billing.DisposeAsync();
        await shop.DisposeAsync();

        Assert.That(_trail.Names, Is.EqualTo(new[]
        {
            "ProjectCreated", "PolicyChanged",
            "TicketCreated", "MemberEnrolled",
            "TicketCreated", "MemberEnrolled", "PastKeyGiven",
            "AttributesChanged",
            "PolicyChanged",
            "AuthorityKeysReplaced",
            "MemberRemoved",
        }));
    }

    [Test]
    public async Task The_callers_scopes_hold_for_what_is_said_of_its_change()
    {
        using var scope = _trail.CreateLogger("application").BeginScope("alice");
        await _project.Authority.SetPolicyAsync(Policy.AnyMember with { Consume = [] });

        Assert.That(_trail.ScopeOfLast, Is.EqualTo("alice"));
    }

    [Test]
    public async Task Where_its_logger_throws_the_change_is_made_and_the_event_is_in_the_ordinary_log()
    {
        _trail.Throws = true;
        await _project.Authority.SetPolicyAsync(Policy.AnyMember with { Consume = [] });
        _project.Authority.CreateTicket();

        var instead = _trail.Ordinary.Where(logged => logged.Id == 41).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(_project.Authority.Project.Policy.Consume, Is.Empty);
            Assert.That(instead.Select(logged => (logged["Event"], logged.Level)), Is.EqualTo(new[] { ("1008", LogLevel.Error), ("1002", LogLevel.Error) }));
            Assert.That(instead[0].Text, Does.Contain(_project.Authority.Project.Id));
        });
    }
}
