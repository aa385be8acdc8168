using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>What a member's audit log says of keys that it gives, and of what may be forged.</summary>
[TestFixture]
public sealed class MemberAuditTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_key_that_a_member_asks_for_which_was_enrolled_before_the_session_began()
    {
        var consumer = _network.Join();
        _network.Pass(TimeSpan.FromSeconds(2));
        var reader = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        _network.Kill(producer);
        consumer.Exchange.Consume(Topic);
        _network.Pass(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));

        var given = _network.Audit.Events.Single();
        Assert.Multiple(() =>
        {
            Assert.That(given.Name, Is.EqualTo("KeyGivenAgain"));
            Assert.That((given["By"], given["Member"], given["Topic"], given["Producer"]), Is.EqualTo((reader.Identifier, consumer.Identifier, Topic, producer.Identifier)));
            Assert.That(given["Ticket"], Has.Length.EqualTo(43));
        });
    }

    [Test]
    public void A_key_of_a_session_that_began_before_its_reader_enrolled()
    {
        var producer = _network.Join(produce: [Topic]);
        _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));
        var early = _network.Audit.Events.Count;
        var late = _network.Join(consume: [Topic]);

        var given = _network.Audit.Events.Skip(early).Single();
        Assert.Multiple(() =>
        {
            Assert.That(given.Name, Is.EqualTo("PastKeyGiven"));
            Assert.That((given["By"], given["Member"], given["Session"]), Is.EqualTo((producer.Identifier, late.Identifier, $"{producer.SessionOf(Topic)}")));
        });
    }

    [Test]
    public void A_forged_message_at_once_and_a_flood_of_them_once_a_minute()
    {
        using var channel = new TestChannel();
        var log = new CollectingLog();
        var refusals = new RefusalCounts(new ForgeryAudit(log, channel.Clock));
        var failure = new OpenFailure(FailureReason.SignatureInvalid, "") { Producer = channel.Producer.Identifier };
        for (var second = 0; second < 90; second++)
        {
            refusals.Add(Topic, failure);
            refusals.Add("payments", failure);
            refusals.Add(Topic, new OpenFailure(FailureReason.NotEncrypted, ""));
            channel.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(log.Events.Select(audit => (audit.Name, audit["Topic"], audit["Count"])), Is.EqualTo(new[]
        {
            ("ForgedMessageRefused", Topic, "1"), ("ForgedMessageRefused", "payments", "1"), ("ForgedMessageRefused", Topic, "61"), ("ForgedMessageRefused", "payments", "61"),
        }));
    }

    [Test]
    public void A_forged_control_record()
    {
        var member = _network.Join(consume: [Topic]);
        var record = _network.In(ControlPartition.Members).Select(ControlNetwork.TextOf).Last();
        _network.Append(ControlPartition.Members, record[..^4] + (record[^4..] == "AAAA" ? "BBBB" : "AAAA"));
        _network.Settle();

        var forged = _network.Audit.Events.Single();
        Assert.That((forged.Name, forged["Topic"], forged["Problem"], forged["Count"]), Is.EqualTo(("ForgedRecordRefused", "Members", "BadSignature", "1")), member.Identifier);
    }
}
