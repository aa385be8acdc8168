using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>A group of consumers of one kind that reads the numbered messages of one topic.</summary>
/// <param name="project">The topic's.</param>
/// <param name="kind">The kind of the group.</param>
/// <param name="readsBatches">Whether its consumers take many records at a time.</param>
internal sealed class GroupRun(ProjectOnBroker project, string kind, bool readsBatches = false)
{
    public const int Partitions = 6;

    /// <summary>How many messages each partition has.</summary>
    public const int Messages = 60;

    private readonly GroupKind _kind = new(kind);

    public GroupLog Log { get; } = new(Partitions, Messages);

    private string Group => project.DataTopic;

    /// <summary>Has one more consumer join, with an identity of its own.</summary>
    public Task<GroupMember> JoinAsync() => GroupMember.JoinAsync(project, Group, _kind.Configure, Log, readsBatches);

    /// <summary>A producer's member, whose keys are in a file: without it there, only those who were given its keys have them.</summary>
    public Task<EndToEndKafka> ConnectProducerAsync(string ticket, string vault) => project.ConnectAsync(ticket, options =>
    {
        project.KeepIn(vault, options);
        options.Produce.Add(project.DataTopic);
    });

    /// <summary>Sends messages to each of the partitions; all, if none are named.</summary>
    public async Task SendAsync(IProducer<string, string> producer, int from, int to, params int[] partitions)
    {
        for (var i = from; i < to; i++)
        {
            foreach (var partition in partitions is [] ? [.. Enumerable.Range(0, Partitions)] : partitions)
                await producer.SendAsync(project.DataTopic, $"{i}", partition: partition);
        }
    }

    /// <summary>Sends messages from a member that is gone when this returns.</summary>
    public async Task SendAndGoAsync(string ticket, string vault, int from, int to, params int[] partitions)
    {
        await using var member = await ConnectProducerAsync(ticket, vault);
        using var producer = project.NewProducer(member);
        await SendAsync(producer, from, to, partitions);
    }

    /// <summary>The group has committed the end of each partition.</summary>
    public void AssertCommitted()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(project.Kafka) { GroupId = Group }).SetLogHandler(static (_, _) => { }).Build();
        var committed = consumer.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(project.DataTopic, partition)), ProjectOnKafka.Patience);
        Assert.That(committed.Select(partition => partition.Offset.Value), Is.All.EqualTo(Messages));
    }
}
