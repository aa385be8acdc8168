namespace E2EKafka.QuickStart;

/// <summary>A Kafka inside this process, which ends with it.</summary>
internal sealed class EmbeddedKafka : IDemoKafka
{
    public EmbeddedCluster Cluster { get; } = EmbeddedCluster.Start();

    public string BootstrapServers => Cluster.BootstrapServers;

    public string Topic => "demo-topic";

    public string ControlTopicPrefix => "_e2ekafka";

    public string Description => "embedded, in this process";

    public string? WhatRemains => null;

    public bool IsOurs(string topic) => true;

    public Task CreateTopicsAsync(ProjectDocument project)
    {
        Cluster.CreateTopic(Topic, Story.Partitions);

        // The authority would create them too, a second later.
        foreach (var topic in project.ControlTopics)
            Cluster.CreateTopic(topic.Name, topic.Partitions);
        return Task.CompletedTask;
    }

    public void Dispose() => Cluster.Dispose();
}
