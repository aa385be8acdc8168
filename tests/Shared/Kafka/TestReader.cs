using Confluent.Kafka;

namespace E2EKafka.Tests;

/// <summary>An application that reads the topic from its beginning.</summary>
internal sealed class TestReader : IDisposable
{
    private readonly IConsumer<string, Verified<string>> _consumer;

    public TestReader(ProjectOnKafka project, EndToEndKafka member)
    {
        _consumer = new ConsumerBuilder<string, Verified<string>>(project.ConsumerConfig(member.Identifier))
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();

        // By assignment: a group takes its first members in after 3 s.
        _consumer.Assign(Enumerable.Range(0, project.Partitions).Select(partition => new TopicPartitionOffset(project.DataTopic, partition, Offset.Beginning)));
    }

    /// <summary>The next message that is opened, or refused for good.</summary>
    public Verified<string> Next() => NextRecord().Message.Value;

    /// <summary>The next record whose message is opened, or refused for good.</summary>
    public ConsumeResult<string, Verified<string>> NextRecord()
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        return _consumer.ConsumeDecrypted(patience.Token);
    }

    /// <summary>The next message that is opened, or refused for good; none if the wait is ended before.</summary>
    public Verified<string>? TryNext(CancellationToken end)
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        try
        {
            return _consumer.ConsumeDecrypted(either.Token).Message.Value;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The next messages' values; all must be verified.</summary>
    public IReadOnlyList<string> NextValues(int count)
    {
        var values = new List<string>();
        while (values.Count < count)
        {
            var next = Next();
            Assert.That(next.IsVerified, next.ToString());
            values.Add(next.Value);
        }

        return values;
    }

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }
}
