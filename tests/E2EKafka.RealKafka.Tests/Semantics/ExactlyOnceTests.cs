using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Consume, transform, produce, with encryption on both sides, by a process that is killed again and again.</summary>
[TestFixture]
public class ExactlyOnceTests
{
    private const int Inputs = 90;
    private const int MaxBeforeKill = 8;

    [TestCase(20261129UL)]
    public async Task Each_input_has_one_output_for_a_read_committed_reader_although_the_process_is_killed_in_every_step(ulong seed)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        var output = $"{project.DataTopic}-output";
        await project.CreateTopicAsync(output);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(output));
        await using var writer = await project.JoinAsync(options =>
        {
            project.KeepIn("writer", options);
            options.Produce.Add(project.DataTopic);
        });
        using var producer = project.NewProducer(writer);
        for (var i = 0; i < Inputs; i++)
            await producer.SendAsync(project.DataTopic, $"{i}", $"{i}", i % project.Partitions);

        var generator = new SeededGenerator(seed);
        var settings = project.Settings(MemberRole.Transform, project.Authority.CreateTicket()) with
        {
            VaultFile = project.Folder["transformer"],
            OutputTopic = output,
            Transformer = output,
        };
        var steps = Enum.GetValues<TransactionStep>();
        foreach (var step in steps.Append(generator.Pick(steps)).Append(TransactionStep.Sent))
        {
            await using var transformer = MemberProcess.Start(settings with { StopAt = step, StopAfter = generator.Next(MaxBeforeKill) });
            await transformer.UntilAsync(MemberEventKind.Stopped);
            await transformer.KillAsync();
        }

        await using var last = MemberProcess.Start(settings);
        await last.UntilAsync(MemberEventKind.Ready);
        for (var partition = 0; partition < project.Partitions; partition++)
            await producer.SendAsync(project.DataTopic, $"end {partition}", "end", partition);
        var committed = ReadUntilTheEnd(IsolationLevel.ReadCommitted);

        // Each once, and in the order of its partition. Outputs of killed transactions are there, and were opened, where they may be seen.
        Assert.That(committed, Is.EquivalentTo(Enumerable.Range(0, Inputs).Select(i => $"{i}").Concat(Enumerable.Range(0, project.Partitions).Select(i => $"end {i}"))));
        for (var partition = 0; partition < project.Partitions; partition++)
        {
            Assert.That(
                committed.Where(value => !value.StartsWith("end", StringComparison.Ordinal)).Select(value => int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)).Where(i => i % project.Partitions == partition),
                Is.Ordered);
        }

        Assert.That(ReadUntilTheEnd(IsolationLevel.ReadUncommitted), Has.Count.GreaterThan(committed.Count));

        List<string> ReadUntilTheEnd(IsolationLevel isolation)
        {
            using var consumer = project.NewConsumer(reader, "outputs", config => config.IsolationLevel = isolation);
            consumer.Assign(new TopicPartitionOffset(output, 0, Offset.Beginning));
            var values = new List<string>();
            while (values.Count(value => value.StartsWith("end", StringComparison.Ordinal)) < project.Partitions)
                values.AddRange(consumer.NextValues(1));
            return values;
        }
    }
}
