namespace E2EKafka.Identity.Tests;

public sealed class TopicPatternTests
{
    /// <summary>Pattern, topic, and whether it matches.</summary>
    internal static readonly object[][] Patterns =
    [
        ["orders", "orders", true],
        ["orders", "orders2", false],
        ["orders", "Orders", false],
        ["orders", "order", false],
        ["orders*", "orders", true],
        ["orders*", "orders.dlq", true],
        ["orders*", "order", false],
        ["orders*", "Orders", false],
        ["orders*", "my.orders", false],
        ["orders.*", "orders.dlq", true],
        ["orders.*", "orders", false],
        ["orders.*", "ordersXdlq", false], // a dot is a dot
        ["*", "orders", true],
    ];

    [TestCaseSource(nameof(Patterns))]
    public void An_exact_name_matches_itself_and_a_prefix_what_begins_with_it(string pattern, string topic, bool matches) =>
        Assert.That(TopicPattern.Matches(pattern, topic), Is.EqualTo(matches));

    [TestCase("orders")]
    [TestCase("orders*")]
    [TestCase("*")]
    [TestCase("A-z_0.9")]
    [TestCase("...")]
    public void These_are_patterns(string pattern) => Assert.That(TopicPattern.IsValid(pattern));

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("or*ders")]
    [TestCase("*orders")]
    [TestCase("**")]
    [TestCase("orders**")]
    [TestCase("orders ")]
    [TestCase(" orders")]
    [TestCase("orders\n")]
    [TestCase("orders/x")]
    [TestCase("orders?")]
    [TestCase("^orders.*")]
    [TestCase("órders")]
    [TestCase("orders\0*")]
    public void These_are_not(string pattern) => Assert.That(TopicPattern.IsValid(pattern), Is.False);

    [Test]
    public void A_name_has_at_most_the_249_characters_that_Kafka_allows()
    {
        var longest = new string('a', 249);
        Assert.Multiple(() =>
        {
            Assert.That(TopicPattern.IsTopicName(longest));
            Assert.That(TopicPattern.IsValid(longest + "*"));
            Assert.That(TopicPattern.IsTopicName(longest + "a"), Is.False);
            Assert.That(TopicPattern.IsValid(longest + "a"), Is.False);
            Assert.That(TopicPattern.IsValid(longest + "a*"), Is.False);
            Assert.That(TopicPattern.IsTopicName("orders*"), Is.False);
        });
    }
}
