using Confluent.Kafka;

namespace E2EKafka.TestMember;

/// <summary>Consume, transform, produce: what Kafka calls exactly once.</summary>
internal static class Transformer
{
    private const int MaxBatch = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan More = TimeSpan.FromMilliseconds(20);

    public static void Run(EndToEndKafka member, MemberSettings settings, Action<MemberEvent> tell, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig(settings.Kafka.ToDictionary()) { TransactionalId = settings.Transformer, LingerMs = 0 })
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(settings.Kafka.ToDictionary())
        {
            GroupId = settings.Transformer,
            GroupInstanceId = settings.Transformer, // the next process takes the place of one that was killed, at once
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            FetchWaitMaxMs = 10,
        })
            .SetValueDeserializer(member.Decrypt(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        producer.InitTransactions(Patience); // ends what a process before this one left open
        consumer.Subscribe(settings.Topic);
        var written = 0;
        while (true)
        {
            var batch = NextBatch();
            producer.BeginTransaction();
            Reached(TransactionStep.Begun);
            foreach (var record in batch)
                producer.Produce(settings.OutputTopic, new Message<string, string> { Key = record.Message.Key, Value = settings.Text + record.Message.Value });
            written += batch.Count;
            producer.Flush(stop);
            Reached(TransactionStep.Sent);
            producer.SendOffsetsToTransaction(
                batch.GroupBy(record => record.TopicPartition).Select(records => new TopicPartitionOffset(records.Key, records.Max(record => record.Offset.Value) + 1)),
                consumer.ConsumerGroupMetadata,
                Patience);
            Reached(TransactionStep.OffsetsSent);
            producer.CommitTransaction(Patience);
            Reached(TransactionStep.Committed);
        }

        List<ConsumeResult<string, string>> NextBatch()
        {
            List<ConsumeResult<string, string>> batch = [consumer.ConsumeDecrypted(stop)];
            while (batch.Count < MaxBatch && consumer.ConsumeDecrypted(More) is { } next)
                batch.Add(next);
            return batch;
        }

        void Reached(TransactionStep step)
        {
            if (settings.StopAt != step || written < settings.StopAfter)
                return;

            tell(new MemberEvent(MemberEventKind.Stopped));
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        }
    }
}
