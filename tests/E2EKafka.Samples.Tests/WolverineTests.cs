using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Confluent.Kafka;
using E2EKafka.Recipes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;
using Wolverine.Runtime.Serialization;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace E2EKafka.Samples.Tests;

/// <summary>What the recipe with Wolverine does with records that are late, forged, or whose headers a broker has changed.</summary>
[TestFixture]
public class WolverineTests
{
    private static readonly PlaceOrder Shoes = new("shoes", 2);

    [TestCase("id", "11111111-1111-1111-1111-111111111111")]
    [TestCase("message-type", "E2EKafka.Recipes.CancelOrder")]
    [TestCase("tenant-id", "another")]
    [TestCase("content-type", "application/json", true, Description = "no header names the serializer")]
    public async Task A_record_whose_header_was_changed_does_not_reach_the_handler(string header, string value, bool isHarmless = false)
    {
        await using var shops = await Shops.StartAsync();
        using var billing = await shops.StartBillingAsync();
        await shops.PublishAsync(Shoes);
        await shops.NextBillAsync();
        var record = shops.Project.ReadAsBroker(shops.Orders, 1).Single();
        record.Headers.Remove(header);
        record.Headers.Add(header, Encoding.UTF8.GetBytes(value));
        await shops.WriteAsync(record);

        if (isHarmless)
        {
            Assert.That((await shops.NextBillAsync()).Order, Is.EqualTo(Shoes)); // Kafka can deliver a record twice, too
            return;
        }

        var letter = shops.Project.ReadAsBroker(shops.DeadLetters, 1).Single();
        Assert.That(letter.Value, Is.EqualTo(record.Value), "the dead letter is as it came");
        Assert.That(shops.HasBill, Is.False);
    }

    [Test]
    public async Task A_forged_order_under_the_headers_of_a_true_one_is_a_dead_letter_with_its_reason()
    {
        await using var shops = await Shops.StartAsync();
        using var billing = await shops.StartBillingAsync();
        await shops.PublishAsync(Shoes);
        await shops.NextBillAsync();
        var record = shops.Project.ReadAsBroker(shops.Orders, 1).Single();
        record.Headers.Add("content-type", "application/json"u8.ToArray()); // Wolverine's own serializer would read it
        record.Value = """{"Article":"forged","Quantity":1000}"""u8.ToArray();
        await shops.WriteAsync(record);

        var letter = shops.Project.ReadAsBroker(shops.DeadLetters, 1).Single();
        Assert.Multiple(() =>
        {
            Assert.That(letter.Value, Is.EqualTo(record.Value));
            Assert.That(Encoding.UTF8.GetString(letter.Headers.GetLastBytes("exception-type")), Is.EqualTo("E2EKafka.MessageOpenException"));
            Assert.That(Encoding.UTF8.GetString(letter.Headers.GetLastBytes("exception-message")), Does.StartWith("The value is not an E2EKafka message."));
            Assert.That(shops.HasBill, Is.False);
        });
    }

    [Test]
    public async Task A_record_whose_key_is_late_is_waited_for()
    {
        await using var shops = await Shops.StartAsync();
        using var billing = await shops.StartBillingAsync();
        using (await shops.HoldKeysAsync(billing))
        {
            await shops.PublishAsync(Shoes);
            await shops.IsBeingOpened;
            Assert.That(shops.HasBill, Is.False);
        }

        Assert.That((await shops.NextBillAsync()).Order, Is.EqualTo(Shoes));
    }

    [Test]
    public async Task A_record_that_waits_when_the_host_stops_is_handled_after_the_restart()
    {
        await using var shops = await Shops.StartAsync();
        using (var billing = await shops.StartBillingAsync())
        using (await shops.HoldKeysAsync(billing))
        {
            await shops.PublishAsync(Shoes);
            await shops.IsBeingOpened;
            await billing.StopAsync(shops.Project.Patience);
        }

        using var restarted = await shops.StartBillingAsync();
        Assert.That((await shops.NextBillAsync()).Order, Is.EqualTo(Shoes));

        // The first dead letter is the forged record: the one that waited is none.
        await shops.Project.ForgeAsync(shops.Orders, "forged");
        Assert.That(shops.Project.ReadAsBroker(shops.DeadLetters, 1).Single().Value, Is.EqualTo("forged"u8.ToArray()));
    }

    [Test]
    public async Task What_cannot_be_encrypted_is_thrown_to_the_publisher_and_not_sent()
    {
        await using var shops = await Shops.StartAsync(producers: ["service=another"]);
        var thrown = await Assert.ThrowsAsync<SendRejectedException>(() => shops.PublishAsync(Shoes));
        Assert.That((thrown!.InnerException as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.ProducerNotAuthorized));

        await shops.Project.ForgeAsync(shops.Orders, "the first record");
        Assert.That(shops.Project.ReadAsBroker(shops.Orders, 1).Single().Value, Is.EqualTo("the first record"u8.ToArray()));
    }

    [Test]
    public async Task A_dead_letter_of_a_handler_says_nothing_of_the_content()
    {
        await using var keys = await InMemoryProject.StartAsync();
        await using var member = await keys.AddMemberAsync("billing");
        var mapper = new EndToEndMapper(member, "orders", new SystemTextJsonSerializer(new JsonSerializerOptions()));
        var envelope = new Envelope();
        var record = new Message<string, byte[]> { Key = "key", Value = [1, 2, 3], Headers = [] };
        mapper.MapIncomingToEnvelope(envelope, record);
        envelope.Headers["customer"] = "Ada Lovelace"; // as the opened envelope has it
        DeadLetterQueueConstants.StampFailureMetadata(envelope, new InvalidOperationException("The card of Ada Lovelace was refused."));

        var letter = new Message<string, byte[]> { Key = "key", Value = envelope.Data!, Headers = [] };
        mapper.MapEnvelopeToOutgoing(envelope, letter);

        var headers = letter.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
        Assert.Multiple(() =>
        {
            Assert.That(letter.Value, Is.EqualTo(record.Value));
            Assert.That(headers.Keys, Is.EquivalentTo(new[] { "id", "failed-at", "exception-type" }));
            Assert.That(headers["exception-type"], Is.EqualTo("System.InvalidOperationException"));
        });
    }

    /// <summary>
    /// The two applications of the recipe. Their records are on a Kafka inside the process; their keys go through a project in memory, which can
    /// hold them up.
    /// </summary>
    private sealed class Shops : IAsyncDisposable
    {
        private readonly Channel<Bill> _bills = Channel.CreateUnbounded<Bill>();
        private readonly TaskCompletionSource _isBeingOpened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ActivityListener _spans;
        private readonly InMemoryProject _keys;
        private IHost? _shop;

        private Shops(RecipeProject project, InMemoryProject keys, string orders, string deadLetters)
        {
            (Project, _keys, Orders, DeadLetters) = (project, keys, orders, deadLetters);
            _spans = new ActivityListener
            {
                ShouldListenTo = source => source.Name == EndToEndKafkaTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStarted = span =>
                {
                    if (span.DisplayName == $"open {orders}")
                        _isBeingOpened.TrySetResult();
                },
            };
            ActivitySource.AddActivityListener(_spans);
        }

        public RecipeProject Project { get; }

        public string Orders { get; }

        public string DeadLetters { get; }

        public bool HasBill => _bills.Reader.TryPeek(out _);

        public Task IsBeingOpened => _isBeingOpened.Task.WaitAsync(Project.Patience);

        public static async Task<Shops> StartAsync(string[]? producers = null)
        {
            var project = await RecipeProject.StartAsync();
            var (orders, deadLetters) = (await project.CreateTopicAsync("orders"), await project.CreateTopicAsync("dead-letters"));
            var keys = await InMemoryProject.StartAsync(options => options.Topic(orders, producers), project.Patience);
            return new Shops(project, keys, orders, deadLetters);
        }

        public async Task<IHost> StartBillingAsync()
        {
            var billing = WolverineRecipe.Billing(Project.BootstrapServers, Orders, DeadLetters, options => _keys.Configure(options, "billing"), _bills.Writer);
            billing.Services.GetRequiredService<WolverineOptions>().Durability.DrainTimeout = TimeSpan.FromSeconds(1);
            await billing.StartAsync(Project.Patience);
            return billing;
        }

        public Task<IDisposable> HoldKeysAsync(IHost billing) => _keys.HoldKeysAsync(billing.Services.GetRequiredService<EndToEndKafka>(), Project.Patience);

        /// <summary>Starts the shop, where it does not run yet: so its session begins after keys are held.</summary>
        public async Task PublishAsync(PlaceOrder order)
        {
            if (_shop is null)
            {
                _shop = WolverineRecipe.Shop(Project.BootstrapServers, Orders, options => _keys.Configure(options, "shop"));
                await _shop.StartAsync(Project.Patience);
            }

            await _shop.Services.GetRequiredService<IMessageBus>().PublishAsync(order);
        }

        public async Task<Bill> NextBillAsync() => await _bills.Reader.ReadAsync(Project.Patience);

        public async Task WriteAsync(Message<byte[], byte[]> record)
        {
            using var producer = new ProducerBuilder<byte[], byte[]>(Project.ProducerConfig).Build();
            await producer.ProduceAsync(Orders, record, Project.Patience);
        }

        public async ValueTask DisposeAsync()
        {
            _shop?.Dispose();
            _spans.Dispose();
            await _keys.DisposeAsync();
            await Project.DisposeAsync();
        }
    }
}
