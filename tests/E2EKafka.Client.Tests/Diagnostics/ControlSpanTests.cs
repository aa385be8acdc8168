using System.Diagnostics;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>Spans and counts of what a member does beside its messages.</summary>
[TestFixture]
public class ControlSpanTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private SpanListener _listener = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _listener = new SpanListener();
    }

    [TearDown]
    public void TearDown()
    {
        _listener.Dispose();
        _network.Dispose();
    }

    [Test]
    public void A_member_enrolls_rotates_and_renews()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        _network.Pass(TimeSpan.FromHours(19), TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(_listener.Names.Count(name => name == "enroll"), Is.EqualTo(2));
            Assert.That(_listener.Names.Count(name => name == "renew"), Is.EqualTo(2));
            Assert.That(_listener.Names.Count(name => name == "rotate orders"), Is.InRange(19, 21));
            Assert.That(_listener.Spans.Select(span => span.Parent), Is.All.Null);
            Assert.That(_listener.Spans.Select(span => span.Status), Is.All.EqualTo(ActivityStatusCode.Unset));
            Assert.That(Reasons(producer), Is.EqualTo(new[] { RotationReason.First, RotationReason.Due }));
        });
    }

    [Test]
    public void A_session_that_reaches_no_reader_has_a_span_that_says_so()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join();
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Sessions ? Fate.Lost : Fate.Written;
        producer.Exchange.Produce(Topic);
        _network.Settle();

        var span = _listener.Spans.First(span => span.DisplayName == "rotate orders");
        Assert.That((span.Status, span.GetTagItem("error.type")), Is.EqualTo((ActivityStatusCode.Error, "SessionNotReady")));
    }

    [Test]
    public void What_the_authority_refuses_says_why()
    {
        var ticket = _network.Project.Ticket();
        _network.Join(ticket: ticket);
        _network.Join(ticket: ticket);

        Assert.That(_listener.Spans.Select(span => span.GetTagItem("error.type")), Has.One.EqualTo("TicketUsedUp"));
    }

    [Test]
    public void Every_reason_to_make_a_session_is_told_apart()
    {
        var reader = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic], lifetimes: new KeyLifetimes { SessionLimits = new SessionLimits(64, long.MaxValue) });
        for (var i = 0; i < 70; i++)
        {
            producer.Send(Topic);
            _network.Settle();
        }

        producer.Exchange.DiscardSessions();
        _network.Settle();
        _network.Join(consume: [Topic]);
        _network.Revoke(reader, RevocationKind.Departed);
        _network.Settle();

        Assert.That(Reasons(producer), Is.EquivalentTo(new[] { RotationReason.First, RotationReason.Limit, RotationReason.Discarded, RotationReason.Dropped }));
    }

    private static IEnumerable<RotationReason> Reasons(NetworkMember member) => member.Exchange.Report.Rotations.ToList().Select(pair => pair.Key.Reason).Order();
}
