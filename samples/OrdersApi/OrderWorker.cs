using Confluent.Kafka;

namespace E2EKafka.OrdersApi;

/// <summary>Billing's consumer.</summary>
internal sealed class OrderWorker(OrdersKafka kafka, [FromKeyedServices("billing")] EndToEndKafka billing, OrderBoard board) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Receive(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Receive(CancellationToken stoppingToken)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "billing",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        };
        using var consumer = new ConsumerBuilder<string, Verified<Order>>(billing.Configure(config))
            .SetKeyDeserializer(billing.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(billing.DecryptVerified(new OrderJson()))
            .Build();
        consumer.Subscribe(kafka.Topic);
        try
        {
            while (true)
                board.Add(ArrivedOrder.Of(consumer.ConsumeDecrypted(stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            consumer.Close();
        }
    }
}
