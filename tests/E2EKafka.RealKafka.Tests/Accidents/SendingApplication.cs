using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>
/// Sends numbered messages, one after another, to all partitions in turn, by an idempotent producer. It goes on when a message is refused.
/// </summary>
internal sealed class SendingApplication : IAsyncDisposable
{
    /// <summary>How many messages are under way at once: some, so that an accident meets some.</summary>
    private const int Window = 10;

    /// <summary>A session encrypts so many messages, so that an accident meets a change of session.</summary>
    private const int MessagesPerSession = 25;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly ProjectOnKafka _project;
    private readonly EndToEndKafka _member;
    private readonly IProducer<string, string> _producer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;

    public SendingApplication(ProjectOnKafka project, EndToEndKafka member)
    {
        _project = project;
        _member = member;
        _producer = project.NewProducer(member, config => config.EnableIdempotence = true);
        _sending = Task.Run(SendUntilStoppedAsync);
    }

    /// <summary>What the broker has acknowledged.</summary>
    public GrowingList<string> Acknowledged { get; } = new();

    /// <summary>What was not encrypted, and why.</summary>
    public GrowingList<(string Value, EndToEndKafkaException Why)> Refused { get; } = new();

    /// <summary>Waits until the broker has acknowledged so many more.</summary>
    public async Task HasSentAsync(int more)
    {
        using var patience = new CancellationTokenSource(AccidentPatience.Long);
        await Acknowledged.AtAsync(Acknowledged.Count + more - 1, patience.Token);
    }

    /// <summary>Sends nothing more, and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending.WaitAsync(AccidentPatience.Long);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        finally
        {
            _producer.Dispose();
            _stop.Dispose();
        }
    }

    private async Task SendUntilStoppedAsync()
    {
        try
        {
            using var pace = new PeriodicTimer(Pace);
            var underWay = new Queue<Task>();
            for (var number = 0; !_stop.IsCancellationRequested; number++)
            {
                await pace.WaitForNextTickAsync(CancellationToken.None);
                if (number % MessagesPerSession == MessagesPerSession - 1)
                    await _member.DiscardSessionsAsync();
                if (underWay.Count == Window)
                    await underWay.Dequeue();
                underWay.Enqueue(SendAsync(number));
            }

            await Task.WhenAll(underWay);
        }
        catch (Exception e)
        {
            Acknowledged.End(e);
            throw;
        }
    }

    private async Task SendAsync(int number)
    {
        var value = $"{number}";
        try
        {
            await _producer.ProduceAsync(
                new TopicPartition(_project.DataTopic, number % _project.Partitions), new Message<string, string> { Key = value, Value = value });
            Acknowledged.Add(value);
        }
        catch (ProduceException<string, string> e) when (e.InnerException is EndToEndKafkaException { Kind: FailureKind.Transient } why)
        {
            Refused.Add((value, why));
        }
    }
}
