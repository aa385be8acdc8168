using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Nothing is sent that no member could open.</summary>
[TestFixture]
public class DurabilityTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    private TestProjectOnKafka _project = null!;

    [SetUp]
    public async Task StartProject() => _project = await TestProjectOnKafka.StartAsync();

    [TearDown]
    public async Task StopProject() => await _project.DisposeAsync();

    [Test]
    public async Task A_producer_whose_keys_are_in_memory_sends_nothing_while_there_is_no_reader()
    {
        await using var member = await _project.JoinAsync(options =>
        {
            options.Produce.Add(Topic);
            options.SessionTimeout = TimeSpan.FromSeconds(1);
        });
        using var producer = _project.NewProducer(member);
        var startedAt = TimeProvider.System.GetTimestamp();

        var refused = Assert.Throws<ProduceException<string, string>>(() =>
            producer.Produce(Topic, new Message<string, string> { Value = "lost" }))!;

        Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(TimeSpan.FromSeconds(10)));
        var failure = refused.InnerException as EndToEndKafkaException;
        Assert.That((failure?.Reason, failure?.Kind), Is.EqualTo((FailureReason.NoDurableReader, FailureKind.Transient)));
        Assert.That(failure!.Message, Does.Contain(Topic));
        producer.Flush(TestProjectOnKafka.Patience);
        Assert.That(RawKafka.Count(_project.Kafka, Topic), Is.Zero);
        Assert.That(_project.ControlRecordJudge(RecordTypes.Announcement), Is.Empty);

        // It is not for good.
        await using var reader = await _project.JoinAsync(options => options.Consume.Add(Topic));
        await _project.SendAsync(member, "kept");
        using var consumer = _project.NewReader(reader);
        Assert.That(consumer.NextValues(1), Is.EqualTo(["kept"]));
    }

    [Test]
    public async Task A_reader_that_policy_does_not_admit_is_no_reader()
    {
        await _project.Authority.SetPolicyAsync(Policy.AnyMember with { Consume = [] });
        await using var reader = await _project.JoinAsync(options => options.Consume.Add(Topic));
        await using var member = await _project.JoinAsync(options => options.SessionTimeout = TimeSpan.FromSeconds(1));

        var failure = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => _project.SendAsync(member, "lost")))!.InnerException;

        Assert.That((failure as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.NoDurableReader));
        Assert.That(RawKafka.Count(_project.Kafka, Topic), Is.Zero);
    }

    [Test]
    public async Task What_a_producer_with_a_durable_vault_sent_is_opened_by_a_reader_that_enrolls_afterwards()
    {
        await using var producer = await _project.JoinAsync(options =>
        {
            _project.KeepIn("producer", options);
            options.Produce.Add(Topic);
        });
        await _project.SendAsync(producer, "early");

        await using var late = await _project.JoinAsync(options => options.Consume.Add(Topic));
        using var reader = _project.NewReader(late);

        Assert.That(reader.NextValues(1), Is.EqualTo(["early"]));
    }

    [Test]
    public async Task What_a_producer_process_sent_before_it_was_killed_is_opened_when_it_runs_again()
    {
        var settings = _project.Settings(MemberRole.Produce, _project.Authority.CreateTicket()) with { VaultFile = _project.Folder["producer"] };
        await using var first = MemberProcess.Start(settings with { Text = "first ", Count = 1 });
        var identifier = (await first.UntilAsync(MemberEventKind.Ready)).Identifier;
        await first.UntilAsync(MemberEventKind.AllSent);
        await first.KillAsync();
        await using var second = MemberProcess.Start(settings with { Text = "second ", Count = 1 });
        Assert.That((await second.UntilAsync(MemberEventKind.Ready)).Identifier, Is.EqualTo(identifier));
        await second.UntilAsync(MemberEventKind.AllSent);

        await using var late = await _project.JoinAsync(options => options.Consume.Add(Topic));
        using var reader = _project.NewReader(late);
        var messages = new[] { reader.Next(), reader.Next() };

        Assert.That(messages.Select(message => message.Value), Is.EqualTo(["first 0", "second 0"]));
        Assert.That(messages.Select(message => message.Origin!.Producer), Is.All.EqualTo(identifier));
        Assert.That(messages.Select(message => message.Origin!.Session).Distinct().Count(), Is.EqualTo(2), "a session was loaded to encrypt again");
    }
}
