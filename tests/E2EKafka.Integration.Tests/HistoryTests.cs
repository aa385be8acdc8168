using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Consumers that come late.</summary>
[TestFixture]
public class HistoryTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    private TestProjectOnKafka _project = null!;

    [SetUp]
    public async Task StartProject() => _project = await TestProjectOnKafka.StartAsync();

    [TearDown]
    public async Task StopProject() => await _project.DisposeAsync();

    [Test]
    public async Task A_consumer_enrolled_after_the_first_session_opens_what_was_sent_before()
    {
        await using var early = await _project.JoinAsync(options => options.Consume.Add(Topic));
        await using var producer = await _project.JoinAsync(options => options.Produce.Add(Topic));
        await _project.SendAsync(producer, "before");

        await using var late = await _project.JoinAsync(options => options.Consume.Add(Topic));
        await _project.SendAsync(producer, "after");

        using var reader = _project.NewReader(late);
        Assert.That(reader.NextValues(2), Is.EqualTo(["before", "after"]));
    }

    [Test]
    public async Task Separate_processes_a_consumer_enrolled_late_opens_what_was_sent_before()
    {
        await using var early = MemberProcess.Start(_project.Settings(MemberRole.Consume, _project.Authority.CreateTicket()));
        await early.UntilAsync(MemberEventKind.Ready);
        await using var producer = MemberProcess.Start(
            _project.Settings(MemberRole.Produce, _project.Authority.CreateTicket()) with { Text = "before ", Count = 10 });
        await producer.UntilAsync(MemberEventKind.AllSent);

        await using var late = MemberProcess.Start(_project.Settings(MemberRole.Consume, _project.Authority.CreateTicket()));

        for (var i = 0; i < 10; i++)
        {
            var message = await late.UntilAsync(MemberEventKind.Received);
            Assert.That(message.Value, Does.StartWith("before "), message.Message);
        }
    }

    [Test]
    public async Task Where_history_is_from_entry_a_late_consumer_is_denied_the_old_and_reads_the_new()
    {
        await _project.Authority.SetPolicyAsync(Policy.AnyMember with
        {
            Topics = [new TopicRequirements { Topic = Topic, History = HistoryAccess.SinceEnrollment }],
        });
        await using var producer = await _project.JoinAsync(options =>
        {
            _project.KeepIn("producer", options);
            options.Produce.Add(Topic);
            options.Lifetimes = options.Lifetimes with { MinSessionAge = TimeSpan.FromSeconds(1) };
        });
        await _project.SendAsync(producer, "old");

        await using var late = await _project.JoinAsync(options => options.Consume.Add(Topic));
        using var reader = _project.NewReader(late);
        var old = reader.Next();
        Assert.That((old.Failure?.Reason, old.Failure?.Kind), Is.EqualTo((FailureReason.ReaderNotAuthorized, FailureKind.Denied)));

        // The producer learns of the newcomer in its own time, and takes another session.
        for (var i = 0; ; i++)
        {
            await _project.SendAsync(producer, $"new {i}");
            var next = reader.Next();
            if (next.IsVerified)
            {
                Assert.That(next.Value, Is.EqualTo($"new {i}"));
                break;
            }

            Assert.That(next.Failure!.Reason, Is.EqualTo(FailureReason.ReaderNotAuthorized));
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    [Test]
    public async Task A_late_consumer_gets_the_keys_of_a_producer_that_is_gone_from_another_consumer()
    {
        await using var holder = await _project.JoinAsync(options => options.Consume.Add(Topic));
        string identifier;
        await using (var producer = await _project.JoinAsync(options => options.Produce.Add(Topic)))
        {
            identifier = producer.Identifier;
            await _project.SendAsync(producer, "left behind");
        }

        await using var late = await _project.JoinAsync(options => options.Consume.Add(Topic));
        using var reader = _project.NewReader(late);
        var message = reader.Next();

        Assert.That(message.Value, Is.EqualTo("left behind"));
        Assert.That((message.Origin!.Producer, message.Origin.ProvenBy), Is.EqualTo((identifier, MessageProof.Signature)));
    }
}
