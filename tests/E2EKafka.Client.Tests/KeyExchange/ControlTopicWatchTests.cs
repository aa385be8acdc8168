using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Commands in messages can be pasted into a shell, whatever the application's settings hold.</summary>
[TestFixture]
public class ControlTopicWatchTests
{
    [TestCase("127.0.0.1:1", "127.0.0.1:1")]
    [TestCase("127.0.0.1:1, 127.0.0.1:2", "'127.0.0.1:1, 127.0.0.1:2'")]
    [TestCase("127.0.0.1:1,$(touch stolen):2", "'127.0.0.1:1,$(touch stolen):2'")]
    [TestCase("127.0.0.1:1,it's:2", "'127.0.0.1:1,it'\\''s:2'")]
    public void Brokers_are_one_word_of_a_shell(string brokers, string word)
    {
        using var project = new TestProject();
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = "127.0.0.1:1", GroupId = "test" })
            .SetLogHandler(static (_, _) => { })
            .Build();
        using var watch = new ControlTopicWatch(project.Document, consumer.Handle, new Dictionary<string, string> { ["bootstrap.servers"] = brokers });

        Assert.That(watch.Facts.ToolArguments, Is.EqualTo($"--bootstrap-server {word}"));
    }
}
