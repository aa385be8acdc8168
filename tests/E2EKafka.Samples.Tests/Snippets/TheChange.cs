using Confluent.Kafka;
using E2EKafka.QuickStart;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What README.md shows: the code that an application changes.</summary>
internal static class TheChange
{
    public static void Clients(EndToEndKafka e2e, ProducerConfig producerConfig, ConsumerConfig consumerConfig)
    {
        // [snippet]
        // before
        new ProducerBuilder<string, Order>(producerConfig).SetValueSerializer(new OrderJson()).Build();
        new ConsumerBuilder<string, Order>(consumerConfig).SetValueDeserializer(new OrderJson()).Build();

        // after
        new ProducerBuilder<string, Order>(producerConfig).SetValueSerializer(e2e.Encrypt(new OrderJson())).Build();
        new ConsumerBuilder<string, Order>(e2e.Configure(consumerConfig)).SetValueDeserializer(e2e.Decrypt(new OrderJson())).Build();
        // [/snippet]
    }

    public static void Loop(IConsumer<string, Order> consumer, CancellationToken cancellationToken)
    {
        // [snippet]
        var record = consumer.ConsumeDecrypted(cancellationToken); // was: consumer.Consume(cancellationToken)
        // [/snippet]
        record.Message.Value.ToString();
    }

    public static async Task WithoutInjectionAsync()
    {
        // [snippet]
        await using var e2e = await EndToEndKafka.ConnectAsync(new EndToEndKafkaOptions
        {
            ProjectFile = "project.json",              // from the project's owner; it holds no secret
            BootstrapServers = "kafka:9092",           // for the control topics
            TicketFile = "/run/secrets/orders.ticket", // a secret, for the first start only
            VaultFile = "/var/lib/orders/member.vault",
            VaultKeyFile = "/run/secrets/vault-key",
            Produce = { "orders" },                    // topics to be ready for at start
        });
        // [/snippet]
    }

    public static void WithInjection(IServiceCollection services, IConfiguration configuration, ProducerConfig producerConfig)
    {
        // [snippet]
        services.AddEndToEndKafka(configuration.GetSection("EndToEndKafka")); // options from appsettings.json
        services.AddSingleton(provider => new ProducerBuilder<string, Order>(producerConfig)
            .SetValueSerializer(provider.GetRequiredService<EndToEndKafka>().Encrypt(new OrderJson()))
            .Build());
        // [/snippet]
    }
}
