using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>What a member says of its keys.</summary>
[TestFixture]
public class StatusTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_producers_status_names_its_session_and_who_may_read_it()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic], attributes: ("role", "member"));
        producer.Send(Topic);
        producer.Send(Topic);
        var status = producer.Exchange.Report.StatusOf(producer.Exchange.Ring);
        var session = producer.Sending(Topic).Current!.Statement;
        var sending = status.Sending.Single();

        Assert.Multiple(() =>
        {
            Assert.That(status.Identifier, Is.EqualTo(producer.Identifier));
            Assert.That(status.Problem, Is.Null);
            Assert.That(status.Credential!.Attributes["role"], Is.EqualTo("member"));
            Assert.That(status.Credential.RenewsAt, Is.InRange(_network.Now.AddHours(12), _network.Now.AddHours(18)));
            Assert.That(status.Credential.ExpiresAt, Is.EqualTo(_network.Now.AddHours(48)));
            Assert.That(sending.Topic, Is.EqualTo(Topic));
            Assert.That(sending.Session, Is.EqualTo(session.Id.ToString()));
            Assert.That(sending.SuccessorDueAt, Is.EqualTo(session.Ends.AddMinutes(-5)));
            Assert.That(sending.Successor, Is.Empty);
            Assert.That(sending.Messages, Is.EqualTo(2));
            Assert.That(sending.Recipients, Is.EqualTo(new[] { consumer.Identifier }));
        });
    }

    [Test]
    public void A_consumers_status_counts_keys_that_it_has_and_that_it_waits_for()
    {
        var consumer = _network.Join(consume: [Topic]);
        _network.Join(produce: [Topic]);
        var before = consumer.Exchange.Report.StatusOf(consumer.Exchange.Ring);
        _network.Join(produce: [Topic]);
        var after = consumer.Exchange.Report.StatusOf(consumer.Exchange.Ring);

        Assert.Multiple(() =>
        {
            Assert.That(before.Receiving.Single(), Is.EqualTo(
                new ReceivingStatus(Topic, Sessions: 1, KeysHeld: 1, KeysMissing: 0, _network.Now.AddHours(1).AddDays(7))));
            Assert.That(after.Receiving.Single().Sessions, Is.EqualTo(2));
            Assert.That(after.KeyPackages.Single().IsCurrent);
            Assert.That(after.KeyPackages.Single().ExpiresAt, Is.EqualTo(_network.Now.AddHours(24)));
            Assert.That(after.KeyPackages.Single().DestroyedAt, Is.EqualTo(_network.Now.AddHours(48)));
            Assert.That(after.Control.Select(partition => partition.Topic), Does.Contain("_e2ekafka.authority").And.Contain("_e2ekafka.sessions").And.Contain("_e2ekafka.grants"));
            Assert.That(after.Control.Select(partition => partition.ReadToTheEndAt), Is.All.EqualTo(_network.Now));
        });
    }

    [Test]
    public void A_key_that_has_not_come_is_missing()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic);
        producer.IsCutOff = true;
        var late = _network.Join(consume: [Topic]);

        Assert.Multiple(() =>
        {
            Assert.That(late.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.KeyNotYetReceived));
            Assert.That(late.Exchange.Report.StatusOf(late.Exchange.Ring).Receiving.Single().KeysMissing, Is.EqualTo(1));
            Assert.That(late.Exchange.Report.MissingKeys, Is.EqualTo(1));
        });
    }

    [Test]
    public void A_topic_without_a_session_says_why()
    {
        var producer = _network.Join(produce: [Topic]);

        Assert.That(producer.Exchange.Report.StatusOf(producer.Exchange.Ring).Sending.Single().Problem!.Reason, Is.EqualTo(FailureReason.NoDurableReader));
    }

    [Test]
    public void The_authority_is_reported_an_hour_after_it_should_have_renewed_and_not_before()
    {
        var member = _network.Join(consume: [Topic]);
        var renewal = member.Exchange.Report.StatusOf(member.Exchange.Ring).Credential!.RenewsAt;
        _network.AuthorityServes = false;
        _network.Pass(renewal.AddMinutes(59) - _network.Now, TimeSpan.FromMinutes(5));
        var before = member.Exchange.Report.RenewalOverdueSince;
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = member.Exchange.Report.RenewalOverdueSince;
        _network.AuthorityServes = true;
        _network.Pass(TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null);
            Assert.That(after, Is.EqualTo(renewal));
            Assert.That(member.Exchange.Credential, Is.Not.Null);
            Assert.That(member.Exchange.Report.RenewalOverdueSince, Is.Null, "it heals by itself");
        });
    }
}
