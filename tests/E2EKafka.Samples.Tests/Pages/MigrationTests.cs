using Confluent.Kafka;
using E2EKafka.Recipes;

namespace E2EKafka.Samples.Tests;

/// <summary>The steps of docs/policy.md that move a live topic from plaintext, in their order.</summary>
[TestFixture]
public class MigrationTests
{
    private const string Topic = "orders";

    [Test]
    public async Task A_live_topic_is_moved_from_plaintext_in_the_order_of_the_page()
    {
        await using var project = await RecipeProject.StartAsync(limit: TimeSpan.FromSeconds(50));
        await project.CreateTopicAsync(Topic);
        await project.SendAsync(Topic, "plaintext, from before", Serializers.Utf8);

        // 1. Policy.
        await project.Authority.SetPolicyAsync(Demanding(new TopicRequirements { Topic = Topic, PlaintextUntil = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero) }));

        // 2. Consumers.
        await using var member = await project.JoinAsync(options => options.Consume.Add(Topic));
        using var consumer = new ConsumerBuilder<string, Verified<string>>(member.Configure(project.ConsumerConfigOf("consumer")))
            .SetKeyDeserializer(member.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .Build();
        consumer.Subscribe(Topic);
        AssertPlaintext(Next(), "plaintext, from before");
        await project.SendAsync(Topic, "plaintext, meanwhile", Serializers.Utf8);
        AssertPlaintext(Next(), "plaintext, meanwhile");

        // 3. Producers: one that binds its keys from the first message on, and one that does not, which a consumer with BindKey refuses.
        await using var sender = await project.JoinAsync(options => options.Produce.Add(Topic));
        using (var producer = new ProducerBuilder<string, string>(project.ProducerConfig)
            .SetKeySerializer(sender.BindKey(Serializers.Utf8)).SetValueSerializer(sender.Encrypt(Serializers.Utf8)).Build())
            await producer.ProduceAsync(Topic, new Message<string, string> { Key = "key", Value = "secret" }, project.Patience);
        await project.SendAsync(Topic, "secret, not bound", sender.Encrypt(Serializers.Utf8));
        var encrypted = Next();
        Assert.That((encrypted.IsVerified, encrypted.Value, encrypted.Origin!.Producer), Is.EqualTo((true, "secret", sender.Identifier)));
        Assert.That(Next().Failure!.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));

        // 5. The end of plaintext, which the consumer knows when it has the new document.
        await project.Authority.SetPolicyAsync(Demanding(new TopicRequirements { Topic = Topic }));
        while (member.Project.Version < project.Authority.Project.Version)
            Assert.That(consumer.ConsumeDecrypted(TimeSpan.FromMilliseconds(10)), Is.Null);
        await project.SendAsync(Topic, "plaintext, too late", Serializers.Utf8);
        Assert.That(Next().Failure!.Reason, Is.EqualTo(FailureReason.NotEncrypted));

        Verified<string> Next() => consumer.ConsumeDecrypted(project.Patience).Message.Value;
    }

    private static void AssertPlaintext(Verified<string> value, string text) =>
        Assert.That((value.IsVerified, value.Failure, value.Value, value.Origin!.Producer), Is.EqualTo((false, (OpenFailure?)null, text, "")));

    private static Policy Demanding(TopicRequirements requirements) => Policy.AnyMember with { Topics = [requirements] };
}
