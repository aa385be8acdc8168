using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Kafka;

namespace E2EKafka.Recipes;

/// <summary>
/// Two Wolverine applications: a shop publishes orders, billing handles them and knows who sent each. A record that no member made goes to
/// Wolverine's dead letters.
/// </summary>
internal static class WolverineRecipe
{
    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        var orders = await project.CreateTopicAsync("orders");
        var deadLetters = await project.CreateTopicAsync("dead-letters");
        var bills = Channel.CreateUnbounded<Bill>();
        using var billing = Billing(project.BootstrapServers, orders, deadLetters, project.Configure, bills.Writer);
        using var shop = Shop(project.BootstrapServers, orders, project.Configure);
        await billing.StartAsync(project.Patience);
        await shop.StartAsync(project.Patience);

        await project.ForgeAsync(orders, """{"Article":"forged","Quantity":1000}""");
        await shop.Services.GetRequiredService<IMessageBus>().PublishAsync(new PlaceOrder("shoes", 2));
        var bill = await bills.Reader.ReadAsync(project.Patience);
        var sender = shop.Services.GetRequiredService<EndToEndKafka>().Identifier;
        RecipeProject.Check(bill == new Bill(new PlaceOrder("shoes", 2), sender), $"The handler got {bill}.");
        say($"The handler got {bill.Order}, sent by {bill.Producer[..8]}…, the shop");
        project.CheckNoPlaintext(orders, 2, "shoes");

        var letter = project.ReadAsBroker(deadLetters, 1).Single();
        RecipeProject.Check(letter.Value.AsSpan().IndexOf("forged"u8) >= 0, "Another record than the forged one is in the dead letters.");
        say($"A record that no member made is in {deadLetters}, and not at the handler");
        await shop.StopAsync(project.Patience);
        await billing.StopAsync(project.Patience);
        RecipeProject.Check(!bills.Reader.TryRead(out var more), $"The handler also got {more}.");
    }

    public static IHost Shop(string bootstrapServers, string orders, Action<EndToEndKafkaOptions> configure)
    {
        // [snippet]
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddEndToEndKafka(options =>
        {
            configure(options); // project, ticket, vault and Kafka
            options.Produce.Add(orders);
        });
        builder.UseWolverine(wolverine =>
        {
            wolverine.ApplicationAssembly = typeof(PlaceOrder).Assembly;
            wolverine.UseRuntimeCompilation();

            // All topics: one that is added later is not sent in the clear. Inline, PublishAsync throws what keeps a message from being encrypted.
            wolverine.UseKafka(bootstrapServers).ConfigureSenders(sender => sender.SendInline().UseInterop(EndToEndMapper.Create));
            wolverine.PublishMessage<PlaceOrder>().ToKafkaTopic(orders);
        });
        // [/snippet]
        return BuildQuietly(builder);
    }

    public static IHost Billing(
        string bootstrapServers, string orders, string deadLetters, Action<EndToEndKafkaOptions> configure, ChannelWriter<Bill> bills)
    {
        // [snippet]
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddEndToEndKafka(options =>
        {
            configure(options);
            options.Consume.Add(orders);
        });
        builder.Services.AddSingleton(bills);
        builder.UseWolverine(wolverine =>
        {
            wolverine.ApplicationAssembly = typeof(PlaceOrder).Assembly;
            wolverine.UseRuntimeCompilation();
            wolverine.UnknownMessageBehavior = UnknownMessageBehavior.DeadLetterQueue;
            wolverine.UseKafka(bootstrapServers)
                .ConfigureConsumers(consumer => consumer.GroupId = "billing")
                .BeginAtEarliest()
                .DeadLetterQueueTopicName(deadLetters)
                .ConfigureListeners(listener => listener
                    .ProcessInline() // else Wolverine commits a record when it comes, and one that waits for its key is lost with the process
                    .EnableNativeDeadLetterQueue()
                    .UseInterop(EndToEndMapper.Create));
            wolverine.ListenToKafkaTopic(orders);
        });
        // [/snippet]
        return BuildQuietly(builder);
    }

    /// <summary>Without the log of Wolverine, which says that it starts, nor that of producers that it leaves to the end of the process.</summary>
    private static IHost BuildQuietly(HostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.ConfigureWolverine(wolverine => wolverine.ConfigureKafka("").ConfigureProducerBuilders(producer => producer.SetLogHandler(static (_, _) => { })));
        return builder.Build();
    }
}
