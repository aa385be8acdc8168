using Confluent.Kafka;
using E2EKafka.QuickStart;
using E2EKafka.Samples.Tests.Snippets;

namespace E2EKafka.Samples.Tests;

/// <summary>The recipe of docs/consuming.md, run as it stands there.</summary>
[TestFixture]
public class DeadLetterTests
{
    [Test]
    public async Task What_a_loop_could_not_open_is_read_from_the_dead_letters()
    {
        await using var project = await Recipes.RecipeProject.StartAsync(limit: TimeSpan.FromSeconds(50));
        await project.CreateTopicAsync("orders");
        await project.CreateTopicAsync("orders.dead-letters");
        await using var receiver = await project.JoinAsync(options => options.Consume.Add("orders"));
        await using var repair = await project.JoinAsync(Consuming.DeadLetterReader);
        await using var sender = await project.JoinAsync(options => options.Produce.Add("orders"));
        await project.SendAsync("orders", "no order", sender.Encrypt(Serializers.Utf8));
        await project.SendAsync("orders", "not encrypted", Serializers.Utf8);
        await project.SendAsync("orders", Orders.First[0].Value, sender.Encrypt(new OrderJson()));

        // The loop has no end but the token: the last record, which it can open, says that the others were handled.
        List<Order> handled = [];
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(project.Patience);
        await AssertCancelledAsync(Task.Run(
            () => Consuming.DeadLettersAsync(receiver, project.ConsumerConfigOf("receiver"), project.ProducerConfig, Handle, enough.Token)));

        using var reader = new ConsumerBuilder<string, Verified<string>>(repair.Configure(project.ConsumerConfigOf("repair")))
            .SetValueDeserializer(repair.DecryptVerified(Deserializers.Utf8))
            .Build();
        reader.Subscribe("orders.dead-letters");
        var letters = Enumerable.Range(0, 2).Select(_ => reader.ConsumeDecrypted(project.Patience).Message).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(handled, Is.EqualTo(new[] { Orders.First[0].Value }));
            Assert.That(letters[0].Value.Value, Is.EqualTo("no order"));
            Assert.That(letters[0].Value.Origin!.Producer, Is.EqualTo(sender.Identifier));
            Assert.That(letters[0].Headers.GetLastBytes("failure"), Is.EqualTo("InnerSerializerFailed"u8.ToArray()));
            Assert.That(letters[1].Value.Failure!.Reason, Is.EqualTo(FailureReason.NotEncrypted));
        });

        void Handle(Order order)
        {
            handled.Add(order);
            enough.Cancel();
        }
    }

    private static async Task AssertCancelledAsync(Task loop)
    {
        try
        {
            await loop;
            Assert.Fail("The loop has an end.");
        }
        catch (OperationCanceledException)
        {
            // As it should be.
        }
    }
}
