using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests;

[TestFixture]
public class ExchangeTests
{
    [Test]
    public async Task Members_in_one_process_and_in_processes_of_their_own_exchange_messages()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var other = MemberProcess.Start(project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with { Text = "other ", Count = 100 });
        using (var producer = project.NewProducer(writer))
        {
            for (var i = 0; i < 100; i++)
                producer.Produce(project.DataTopic, new Message<string, string> { Key = $"{i}", Value = $"one {i}" });
            producer.Flush(ProjectOnKafka.Patience);
        }

        await other.UntilAsync(MemberEventKind.AllSent);

        using var consumer = project.NewReader(reader);

        Assert.That(
            consumer.NextValues(200),
            Is.EquivalentTo([.. Enumerable.Range(0, 100).Select(i => $"one {i}"), .. Enumerable.Range(0, 100).Select(i => $"other {i}")]));
    }
}
