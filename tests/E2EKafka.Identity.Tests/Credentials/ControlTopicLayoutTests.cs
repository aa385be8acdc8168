using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class ControlTopicLayoutTests
{
    private TestProject _project = null!;

    [SetUp]
    public void MakeProject() => _project = new TestProject();

    [TearDown]
    public void DisposeProject() => _project.Dispose();

    [Test]
    public void The_five_control_topics_are_never_compacted_and_stamped_by_the_broker()
    {
        var topics = _project.Document.ControlTopics;
        Assert.Multiple(() =>
        {
            Assert.That(topics.Select(topic => (topic.Name, topic.Partitions)), Is.EqualTo(
                [("_e2ekafka.authority", 1), ("_e2ekafka.members", 1), ("_e2ekafka.sessions", 8), ("_e2ekafka.grants", 8), ("_e2ekafka.requests", 1)]));
            Assert.That(topics.Select(topic => topic.Settings["cleanup.policy"]), Is.All.EqualTo("delete"));
            Assert.That(topics.Select(topic => topic.Settings["message.timestamp.type"]), Is.All.EqualTo("LogAppendTime"));
        });
    }

    [Test]
    public void Only_the_sessions_topic_is_retained_by_policy_for_as_long_as_any_topics_keys_and_2_days()
    {
        _project.Authority.SetPolicy(new Policy
        {
            Produce = [],
            Consume = [],
            Topics = [new TopicRequirements { Topic = "short", KeyRetention = TimeSpan.Zero }, new TopicRequirements { Topic = "long", KeyRetention = TimeSpan.FromDays(30) }],
        });
        Assert.That(
            _project.Document.ControlTopics.Select(topic => topic.Settings["retention.ms"]),
            Is.EqualTo(((int[])[14, 14, 32, 14, 3]).Select(days => $"{days * 24L * 60 * 60 * 1000}")));
    }

    [Test]
    public void Topics_that_ask_for_less_do_not_shorten_the_default_retention()
    {
        _project.Authority.SetPolicy(new Policy { Produce = [], Consume = [], Topics = [new TopicRequirements { Topic = "short", KeyRetention = TimeSpan.Zero }] });
        Assert.That(_project.Document.ControlTopics[2].Settings["retention.ms"], Is.EqualTo($"{9 * 24L * 60 * 60 * 1000}"));
    }

    // The first four bytes of the SHA-256, computed with Python's hashlib, modulo the number of partitions.
    [TestCase("orders", 8, 3)] // 1c168adb
    [TestCase("orders", 10_000, 9_387)]
    [TestCase("payments", 8, 1)] // df384ae9: above what an int holds
    [TestCase("payments", 7, 3)]
    [TestCase("payments", 10_000, 8_361)]
    [TestCase("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", 8, 4)] // a8024d44
    [TestCase("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", 7, 2)]
    [TestCase("9YfpfwaRhp-gA2PXqfyrz7C7HwyQU5M8ILQXGrLxgQ4", 10_000, 660)] // 9239a264
    [TestCase("orders", 1, 0)]
    public void The_partition_of_a_topic_and_of_an_identifier_is_fixed(string topicOrIdentifier, int partitions, int partition) =>
        Assert.That(new ControlTopicLayout("p", partitions).PartitionOf(topicOrIdentifier), Is.EqualTo(partition));

    [TestCase("p", 0, false)]
    [TestCase("p", -1, false)]
    [TestCase("p", 1, true)]
    [TestCase("p", 10_000, true)]
    [TestCase("p", 10_001, false)]
    [TestCase("", 1, false)]
    [TestCase("p*", 1, false)]
    [TestCase(".", 1, false)]
    [TestCase("..", 1, false)]
    public void Prefix_and_partitions_have_bounds(string prefix, int partitions, bool isValid) =>
        Assert.That(new ControlTopicLayout(prefix, partitions).IsValid, Is.EqualTo(isValid));

    [Test]
    public void The_longest_prefix_leaves_room_for_every_name()
    {
        var longest = new ControlTopicLayout(new string('a', 239), 1);
        Assert.Multiple(() =>
        {
            Assert.That(longest.IsValid);
            Assert.That(new ControlTopicLayout(longest.Prefix + "a", 1).IsValid, Is.False);
            foreach (var name in (string[])[longest.Authority, longest.Members, longest.Sessions, longest.Grants, longest.Requests])
                Assert.That(TopicPattern.IsTopicName(name), name);
        });
    }

    [Test]
    public void A_document_says_prefix_and_partitions() => Assert.That(
        RawJws.PayloadOf(_project.Document.Record), Does.Contain("\"control\":{\"prefix\":\"_e2ekafka\",\"partitions\":8}"));
}
