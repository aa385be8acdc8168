using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.Testing.Tests;

[TestFixture]
[CancelAfter(30_000)]
public sealed class InMemoryProjectTests
{
    [Test]
    public async Task A_message_is_encrypted_and_opens_with_where_it_comes_from()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();

        var message = shop.Send();
        var verified = billing.Receive(message);

        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(message), Does.Not.Contain("shoes"));
            Assert.That(verified.Value, Is.EqualTo(Orders.Shoes));
            Assert.That(verified.IsVerified);
            Assert.That(verified.Origin!.Producer, Is.EqualTo(shop.Identifier));
            Assert.That(verified.Origin.Attributes, Is.EqualTo(new Dictionary<string, string> { ["service"] = "shop" }));
            Assert.That(verified.ProvenBy, Is.EqualTo(MessageProof.Signature));
        });
    }

    [Test]
    public async Task A_record_key_is_bound_as_in_production()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var headers = new Headers();
        shop.BindKey(Serializers.Utf8).Serialize("customer-1", new SerializationContext(MessageComponentType.Key, Orders.Topic, headers));
        var message = shop.Encrypt(new OrderJson()).Serialize(Orders.Shoes, new SerializationContext(MessageComponentType.Value, Orders.Topic, headers));

        Assert.Multiple(() =>
        {
            Assert.That(Receive("customer-1").Origin!.KeyBinding, Is.EqualTo(RecordKeyBinding.Matches));
            Assert.That(Receive("customer-2").Failure!.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
        });

        Verified<Order> Receive(string key)
        {
            var received = new Headers();
            billing.BindKey(Deserializers.Utf8).Deserialize(Encoding.UTF8.GetBytes(key), isNull: false, new SerializationContext(MessageComponentType.Key, Orders.Topic, received));
            return billing.DecryptVerified(new OrderJson()).Deserialize(message, isNull: false, new SerializationContext(MessageComponentType.Value, Orders.Topic, received));
        }
    }

    [Test]
    public async Task Policy_holds_as_in_production()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        await using var stranger = await project.AddMemberAsync("stranger", ("service", "marketing"));
        var message = shop.Send();

        Assert.Multiple(() =>
        {
            Assert.That(ReasonOf(() => billing.Send()), Is.EqualTo(FailureReason.ProducerNotAuthorized));
            Assert.That(stranger.Receive(message).Failure!.Reason, Is.EqualTo(FailureReason.ReaderNotAuthorized));
        });
    }

    [Test]
    public async Task A_policy_of_the_public_types_is_put_into_force_while_members_run()
    {
        await using var project = await InMemoryProject.StartAsync(options => options.Policy = Policy.AnyMember);
        await using var shop = await project.AddMemberAsync("shop", options => options.Produce.Add(Orders.Topic));
        await using var billing = await project.AddMemberAsync("billing", options => options.Consume.Add(Orders.Topic));
        var before = billing.Receive(shop.Send());

        await project.Authority.SetPolicyAsync(Policy.AnyMember with
        {
            Topics = [new TopicRequirements { Topic = Orders.Topic, Authentication = MessageAuthentication.Shared }],
        });
        await project.SettleAsync();

        Assert.That((before.ProvenBy, billing.Receive(shop.Send()).ProvenBy), Is.EqualTo((MessageProof.Signature, MessageProof.SharedKey)));
    }

    [Test]
    public async Task A_member_that_is_added_again_is_the_same_after_a_restart()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        var billing = await project.AddBillingAsync();
        var message = shop.Send();
        await billing.DisposeAsync();
        var sentMeanwhile = shop.Send();

        await using var restarted = await project.AddBillingAsync();

        Assert.Multiple(() =>
        {
            Assert.That(restarted.Identifier, Is.EqualTo(billing.Identifier));
            Assert.That(restarted.Receive(message).IsVerified);
            Assert.That(restarted.Receive(sentMeanwhile).IsVerified);
        });
    }

    [Test]
    public async Task A_member_runs_once()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();

        var error = await Assert.ThrowsAsync<EndToEndKafkaException>(project.AddShopAsync);

        Assert.That(error!.Reason, Is.EqualTo(FailureReason.VaultLocked));
    }

    [Test]
    public async Task The_applications_own_host_joins_it()
    {
        await using var project = await Orders.StartAsync();
        await using var billing = await project.AddBillingAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddEndToEndKafka(options =>
        {
            options.BootstrapServers = "kafka.example:9092";
            options.VaultFile = "vault.db";
            options.VaultKeyFile = "vault.key";
            options.Produce.Add(Orders.Topic);
        });
        builder.Services.PostConfigure<EndToEndKafkaOptions>(options => project.Configure(options, "shop", ("service", "shop")));
        using var host = builder.Build();
        await host.StartAsync();

        var message = host.Services.GetRequiredService<EndToEndKafka>().Send();

        Assert.That(billing.Receive(message).IsVerified);
        await host.StopAsync();
    }

    [Test]
    public Task What_cannot_be_a_topic_is_refused() => Assert.MultipleAsync(async () =>
    {
        var options = new InMemoryProjectOptions();
        Assert.Throws<ArgumentException>(() => options.Topic(""));
        Assert.Throws<ArgumentException>(() => options.Topic("orders", producers: ["shop"]));
        Assert.Throws<ArgumentException>(() => options.Topic("orders", consumers: ["=billing"]));
        Assert.Throws<ArgumentException>(() => options.Topic("orders", requirements: new TopicRequirements { Topic = "invoices" }));
        await Assert.ThrowsAsync<EndToEndKafkaException>(() => InMemoryProject.StartAsync(wrong => wrong.Topic("not a topic")));
    });

    [Test]
    public async Task It_is_ready_in_less_than_100_ms_and_loads_no_native_Kafka()
    {
        // The first ones compile code. Of the others the fastest counts: this machine may have other work.
        var fastest = TimeSpan.MaxValue;
        var begin = Stopwatch.GetTimestamp();
        for (var attempt = 0; fastest >= TimeSpan.FromMilliseconds(100) && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(20); attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            await using var project = await Orders.StartAsync();
            await using var shop = await project.AddShopAsync();
            await using var billing = await project.AddBillingAsync();
            var message = shop.Send();
            Assert.That(billing.Receive(message).IsVerified);
            var elapsed = Stopwatch.GetElapsedTime(start);
            await TestContext.Out.WriteLineAsync($"attempt {attempt + 1}: {elapsed.TotalMilliseconds:0} ms");
            if (elapsed < fastest)
                fastest = elapsed;
        }

        using var process = Process.GetCurrentProcess();
        Assert.Multiple(() =>
        {
            Assert.That(fastest, Is.LessThan(TimeSpan.FromMilliseconds(100)));
            Assert.That(process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName), Has.None.Contains("librdkafka"));
        });
    }

    internal static FailureReason? ReasonOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (EndToEndKafkaException e)
        {
            return e.Reason;
        }
    }
}
