using Confluent.Kafka;
using E2EKafka.QuickStart;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/hosting.md shows.</summary>
internal static class Hosting
{
    public static async Task ProgramAsync(string[] args)
    {
        // [snippet]
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddEndToEndKafka(builder.Configuration.GetSection("EndToEndKafka"));
        builder.Services.AddSingleton(provider =>
        {
            var e2e = provider.GetRequiredService<EndToEndKafka>();
            return new ProducerBuilder<string, Order>(new ProducerConfig { BootstrapServers = "kafka:9092" })
                .SetValueSerializer(e2e.Encrypt(new OrderJson()))
                .Build();
        });
        builder.Services.AddHostedService<OrderReceiver>();
        await builder.Build().RunAsync();
        // [/snippet]
    }

    public static void InCode(IServiceCollection services)
    {
        // [snippet]
        services.AddEndToEndKafka(options =>
            {
                options.BootstrapServers = "kafka:9092";
                options.TicketFile = "/run/secrets/orders.ticket";
                options.Produce.Add("orders");
            })
            .PersistKeysToFile("/var/lib/orders/member.vault", "/run/secrets/vault-key")
            .ConfigureKafkaClient(kafka => kafka.SecurityProtocol = SecurityProtocol.SaslSsl);
        // [/snippet]
    }

    public static void Keyed(IServiceCollection services)
    {
        // [snippet]
        services.AddEndToEndKafka("billing", billing => billing.ProjectFile = "billing/project.json").UseInMemoryVault();
        services.AddSingleton(provider => provider.GetRequiredKeyedService<EndToEndKafka>("billing").Encrypt(new OrderJson()));
        // [/snippet]
    }

    public static void VaultKey(IServiceCollection services, IConfiguration configuration, Func<byte[], CancellationToken, Task<byte[]>> decryptWithKms)
    {
        // [snippet]
        var wrapped = File.ReadAllBytes("/etc/orders/vault-key.wrapped"); // 32 random bytes, as the KMS encrypted them
        services.AddEndToEndKafka(configuration.GetSection("EndToEndKafka"))
            .PersistKeysToFile("/var/lib/orders/member.vault", VaultKeyProvider.FromCallback(
                async (request, cancellationToken) => await decryptWithKms(wrapped, cancellationToken)));
        // [/snippet]
    }

    public static void Authority(IServiceCollection services)
    {
        // [snippet]
        services.AddCredentialAuthority(options =>
        {
            options.ProjectName = "orders"; // used where the vault is new
            options.BootstrapServers = "kafka:9092";
            options.VaultFile = "/var/lib/authority/authority.vault";
            options.VaultKeyFile = "/run/secrets/authority-vault-key";
        });
        // [/snippet]
    }
}

// [snippet]
internal sealed class OrderReceiver(EndToEndKafka e2e) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => Receive(stoppingToken), stoppingToken);

    private void Receive(CancellationToken stoppingToken)
    {
        var config = new ConsumerConfig { BootstrapServers = "kafka:9092", GroupId = "billing", AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<string, Verified<Order>>(e2e.Configure(config))
            .SetValueDeserializer(e2e.DecryptVerified(new OrderJson()))
            .Build();
        consumer.Subscribe("orders");
        try
        {
            while (true)
                Handle(consumer.ConsumeDecrypted(stoppingToken).Message.Value);
        }
        finally
        {
            consumer.Close();
        }
    }

    private static void Handle(Verified<Order> order) => Console.WriteLine(order); // who sent it, or why it was refused
}
// [/snippet]
