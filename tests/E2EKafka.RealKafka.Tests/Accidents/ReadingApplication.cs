using System.Globalization;
using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Reads the topic from its beginning, and keeps what it has read. Values end with their producer's number of them.</summary>
internal sealed class ReadingApplication : IAsyncDisposable
{
    private readonly IConsumer<string, Verified<string>> _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public ReadingApplication(ProjectOnKafka project, EndToEndKafka member)
    {
        _consumer = new ConsumerBuilder<string, Verified<string>>(project.ConsumerConfig(member.Identifier))
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        _consumer.Assign(Enumerable.Range(0, project.Partitions).Select(partition => new TopicPartitionOffset(project.DataTopic, partition, Offset.Beginning)));
        _reading = Task.Factory.StartNew(ReadUntilStopped, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public GrowingList<ConsumeResult<string, Verified<string>>> Records { get; } = new();

    /// <summary>Waits until each of these values was read.</summary>
    public async Task HasReadAsync(IEnumerable<string> values)
    {
        var missing = values.ToHashSet();
        using var patience = new CancellationTokenSource(AccidentPatience.Long);
        try
        {
            for (var next = 0; missing.Count > 0; next++)
            {
                var message = (await Records.AtAsync(next, patience.Token)).Message.Value;
                if (message.IsVerified)
                    missing.Remove(message.Value);
            }
        }
        catch (OperationCanceledException)
        {
            var refused = Records.Items.Select(record => record.Message.Value).Where(message => !message.IsVerified);
            Assert.Fail($"Not read: {missing.Count} ({string.Join(", ", missing.Take(10))}). Refused: {string.Join(", ", refused.Take(10))}.");
        }
    }

    /// <summary>No record was refused, none came twice, and in each partition a producer's numbers came in the order in which it sent them.</summary>
    public void AssertOnceAndInOrder()
    {
        var records = Records.Items;
        Assert.That(records.Select(record => record.Message.Value).Where(message => !message.IsVerified), Is.Empty);
        Assert.That(records.Select(record => record.Message.Value.Value), Is.Unique);
        var numbered = records.Select(record => (record.Partition, Text: record.Message.Value.Value.Split(' ')));
        foreach (var producer in numbered.GroupBy(record => (record.Partition, string.Join(' ', record.Text[..^1]))))
            Assert.That(producer.Select(record => int.Parse(record.Text[^1], CultureInfo.InvariantCulture)), Is.Ordered, $"{producer.Key}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void ReadUntilStopped()
    {
        try
        {
            while (true)
                Records.Add(_consumer.ConsumeDecrypted(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Records.End(e);
        }
    }
}
