using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.QuickStart;

/// <summary>A Kafka of the user's. Every run has topics of its own, which stay for the user to look at.</summary>
internal sealed class UserKafka : IDemoKafka
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IAdminClient _admin;
    private readonly string _prefix;

    public UserKafka(string bootstrapServers, string prefix)
    {
        BootstrapServers = bootstrapServers;
        _prefix = prefix;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers })
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    public string BootstrapServers { get; }

    public string Topic => $"{_prefix}.demo-topic";

    public string ControlTopicPrefix => _prefix;

    public string Description => $"yours, at {BootstrapServers}";

    public string? WhatRemains => $"The topics {_prefix}.* stay on that Kafka while it runs, for you to look at.";

    public bool IsOurs(string topic) => topic.StartsWith(_prefix + ".", StringComparison.Ordinal);

    /// <summary>Finds out now, rather than in the middle of the story, whether a broker answers.</summary>
    /// <exception cref="DemoException">No broker answers.</exception>
    public static UserKafka Connect(string bootstrapServers)
    {
        var kafka = new UserKafka(bootstrapServers, $"e2ekafka-demo-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        try
        {
            kafka._admin.GetMetadata(Patience);
            return kafka;
        }
        catch (KafkaException e)
        {
            kafka.Dispose();
            throw new DemoException(
                $"No Kafka broker answers at {bootstrapServers} ({e.Error.Reason}). Check the address, and that its listener takes clients without TLS and SASL.");
        }
    }

    public async Task CreateTopicsAsync(ProjectDocument project)
    {
        try
        {
            await _admin.CreateTopicsAsync(
                [new TopicSpecification { Name = Topic, NumPartitions = Story.Partitions, ReplicationFactor = -1 }],
                new CreateTopicsOptions { OperationTimeout = Patience, RequestTimeout = Patience });
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // It was made ready for us.
        }
        catch (KafkaException e)
        {
            var reason = e is CreateTopicsException { Results: [var result, ..] } ? result.Error.Reason : e.Error.Reason;
            throw new DemoException($"The topic {Topic} could not be created ({reason}). The demo needs the right to create topics.");
        }
    }

    public void Dispose() => _admin.Dispose();
}
