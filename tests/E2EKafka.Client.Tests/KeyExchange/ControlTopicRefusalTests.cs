using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A running member and a running authority on control topics that become unfit, and fit again.</summary>
[TestFixture]
public class ControlTopicRefusalTests
{
    private const string Topic = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ControlNetwork _network = null!;
    private FakeControlLog _log = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public async Task A_member_neither_sends_nor_is_ready_while_a_control_topic_is_compacted()
    {
        await using var service = NewMember();
        var sink = service.Sink;
        service.Start([Topic], []);
        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);

        sink.TopicsFound(Facts("compact"));
        SpinWait.SpinUntil(() => service.NotReady is not null, Patience);

        Assert.That(service.NotReady?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(service.Current.Sending[Topic].Current, Is.Null, "a session that could still be sent with");
        Assert.That(() => service.WaitToSendAsync(Topic).WaitAsync(Patience), Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(_network.Log.Lines, Has.One.StartsWith("Error: A control topic is not fit for use").And.Contains("kafka-configs.sh"));

        sink.TopicsFound(Facts("delete"));

        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);
        await service.WaitToSendAsync(Topic).WaitAsync(Patience);
    }

    [Test]
    public async Task A_broker_that_falls_silent_corrects_no_control_topic()
    {
        await using var service = NewMember();
        var sink = service.Sink;
        service.Start([Topic], []);
        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);
        sink.TopicsFound(Facts("compact"));
        SpinWait.SpinUntil(() => service.NotReady is not null, Patience);

        var facts = Facts("compact");
        sink.TopicsFound(facts with { Topics = facts.Topics.ToImmutableDictionary(pair => pair.Key, _ => new FoundTopic()) });

        Assert.That(() => service.WaitToSendAsync(Topic).WaitAsync(Patience), Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(service.NotReady?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(_network.Log.Lines.Count(line => line.StartsWith("Error: A control topic is not fit for use", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_member_works_on_with_a_warning_where_a_setting_is_wrong_and_no_promise_broken()
    {
        await using var service = NewMember();
        var sink = service.Sink;
        service.Start([Topic], []);
        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);

        sink.TopicsFound(Facts("delete", "CreateTime"));
        sink.TopicsFound(Facts("delete", "CreateTime"));
        SpinWait.SpinUntil(() => service.Gauges.Warning is not null, Patience);

        Assert.That(service.Gauges.Warning, Does.Contain("message.timestamp.type is CreateTime"));
        Assert.That(service.NotReady, Is.Null);
        await service.WaitToSendAsync(Topic).WaitAsync(Patience);
        Assert.That(_network.Log.Lines.Count(line => line.StartsWith("Warning: A topic has wrong settings", StringComparison.Ordinal)), Is.EqualTo(1));

        sink.TopicsFound(Facts("delete"));
        SpinWait.SpinUntil(() => service.Gauges.Warning is null, Patience);

        Assert.That(service.Gauges.Warning, Is.Null);
    }

    [Test]
    public async Task An_authority_answers_no_request_while_a_control_topic_is_compacted()
    {
        await using var service = new AuthorityService(_network.Project.Authority, sink => _log = new FakeControlLog(sink), _network.Clock, _network.Log);
        IControlLogSink sink = service;
        sink.TopicsFound(Facts("compact"));
        service.Start();

        Assert.That(
            () => service.WaitUntilServingAsync(Patience, default),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(service.NotServing?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(_log.Published, Is.Empty);

        sink.TopicsFound(Facts("delete", "CreateTime"));
        SpinWait.SpinUntil(() => service.NotServing is null, Patience);

        Assert.That(service.NotServing, Is.Null);
        Assert.That(service.Warning, Does.Contain("CreateTime"));
    }

    [Test]
    public async Task A_policy_that_keeps_keys_longer_than_Kafka_keeps_announcements_is_refused([Values(-1, 0, 1)] int above, [Values] bool isShown)
    {
        await using var service = new AuthorityService(_network.Project.Authority, sink => _log = new FakeControlLog(sink), _network.Clock, _network.Log);
        IControlLogSink sink = service;
        if (isShown)
            sink.TopicsFound(Facts("delete", retention: TimeSpan.FromDays(30)));
        service.Start();
        await service.WaitUntilServingAsync(Patience, default);
        var before = _network.Project.Document.Reference;
        var isRefused = isShown && above > 0;
        var setting = service.SetPolicyAsync(Keeping(TimeSpan.FromDays(28) + TimeSpan.FromSeconds(above)), default).WaitAsync(Patience);
        if (isRefused)
        {
            Assert.That(() => setting, Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.ControlTopicMisconfigured)
                .And.Message.Contains("kafka-configs.sh").And.Message.Contains("retention.ms=2592001000"));
        }
        else
        {
            await setting;
        }

        Assert.That(_network.Project.Document.Reference, isRefused ? Is.EqualTo(before) : Is.Not.EqualTo(before));
    }

    [Test]
    public async Task A_policy_that_keeps_keys_no_longer_than_the_one_before_is_not_refused_for_what_was_wrong_before_it()
    {
        _network.SetPolicy(Keeping(TimeSpan.FromDays(40)));
        await using var service = new AuthorityService(_network.Project.Authority, sink => _log = new FakeControlLog(sink), _network.Clock, _network.Log);
        ((IControlLogSink)service).TopicsFound(Facts("delete", retention: TimeSpan.FromDays(30)));
        service.Start();
        await service.WaitUntilServingAsync(Patience, default);
        await service.SetPolicyAsync(Keeping(TimeSpan.FromDays(39)) with { Consume = [] }, default).WaitAsync(Patience);

        Assert.That(_network.Project.Document.Policy.Consume, Is.Empty, "a right is taken away at once");
    }

    [Test]
    public async Task No_end_that_a_broker_names_stops_a_member()
    {
        await using var service = NewMember();
        var sink = service.Sink;
        service.Start([Topic], []);
        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);

        ControlPartition[] partitions = [ControlPartition.Authority, ControlPartition.Members, ControlPartition.Requests];
        foreach (var partition in partitions)
            sink.HighWatermarkFound(partition, long.MaxValue);
        await service.DiscardSessionsAsync().WaitAsync(Patience);
        await service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);
        foreach (var partition in partitions)
        {
            foreach (var offset in (long[])[long.MinValue, -1001, long.MaxValue])
            {
                sink.HighWatermarkFound(partition, offset);
                sink.LogStartFound(partition, offset);
                sink.Received(new ControlRecord(partition, default, Timestamp: null, offset));
            }
        }

        var status = await service.GetStatusAsync(new RefusalCounts()).WaitAsync(Patience);
        await service.WaitToSendAsync(Topic).WaitAsync(Patience);

        Assert.That(status.Problem, Is.Null);
        Assert.That(service.NotReady, Is.Null);
    }

    private static Policy Keeping(TimeSpan keys) => Policy.AnyMember with { Topics = [new TopicRequirements { Topic = Topic, KeyRetention = keys }] };

    private ControlTopicFacts Facts(string policy, string timestamps = "LogAppendTime", TimeSpan? retention = null) => new(
        _network.Project.Document.ControlTopics.ToImmutableDictionary(topic => topic.Name, topic => new FoundTopic(
            topic.Partitions,
            new Dictionary<string, string>(topic.Settings)
            {
                ["cleanup.policy"] = policy,
                ["message.timestamp.type"] = timestamps,
                ["retention.ms"] = retention is { } kept ? $"{kept.TotalMilliseconds:0}" : topic.Settings["retention.ms"],
            })),
        "--bootstrap-server kafka:9092");

    // A member that is enrolled, over a control log in the test's hand.
    private KeyExchangeService NewMember()
    {
        var vault = new DurableVault();
        _network.Kill(_network.Join(vault: vault));
        return new KeyExchangeService(
            publish => new MemberEngine(_network.Project.Document, null, vault, _network.Clock, new KeyLifetimes(), publish, _network.Log),
            (sink, _) => _log = new FakeControlLog(sink),
            _network.Clock, TimeSpan.FromSeconds(10), _network.Log);
    }
}
