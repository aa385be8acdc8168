using Confluent.Kafka;

namespace E2EKafka.Testing.Tests;

/// <summary>A project in which the shop sends orders to billing.</summary>
internal static class Orders
{
    public const string Topic = "orders";

    public static readonly Order Shoes = new("shoes", 2);

    public static Task<InMemoryProject> StartAsync(TimeProvider? time = null, TopicRequirements? requirements = null) => InMemoryProject.StartAsync(options =>
    {
        options.TimeProvider = time ?? TimeProvider.System;
        options.Topic(Topic, producers: ["service=shop"], consumers: ["service=billing"], requirements);
    });

    public static Task<EndToEndKafka> AddShopAsync(this InMemoryProject project) => project.AddMemberAsync("shop", ("service", "shop"));

    public static Task<EndToEndKafka> AddBillingAsync(this InMemoryProject project) => project.AddMemberAsync("billing", ("service", "billing"));

    public static byte[] Send(this EndToEndKafka shop, Order? order = null) => shop.Encrypt(new OrderJson()).Serialize(order ?? Shoes, Context());

    public static Verified<Order> Receive(this EndToEndKafka billing, byte[] message, MissingKey onMissingKey = MissingKey.Wait) =>
        billing.DecryptVerified(new OrderJson(), onMissingKey).Deserialize(message, isNull: false, Context());

    public static SerializationContext Context() => new(MessageComponentType.Value, Topic, []);
}
