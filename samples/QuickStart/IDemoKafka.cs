namespace E2EKafka.QuickStart;

/// <summary>The Kafka that the story runs on.</summary>
internal interface IDemoKafka : IDisposable
{
    string BootstrapServers { get; }

    /// <summary>The data topic.</summary>
    string Topic { get; }

    /// <summary>What the names of the control topics begin with.</summary>
    string ControlTopicPrefix { get; }

    /// <summary>What to tell about it, in one sentence.</summary>
    string Description { get; }

    /// <summary>What is left behind, in one sentence; <see langword="null"/> if nothing is.</summary>
    string? WhatRemains { get; }

    /// <summary>Whether the story alone may have written to a topic: then it is searched for plaintext.</summary>
    bool IsOurs(string topic);

    /// <summary>Creates the data topic, and the project's control topics where the library itself cannot.</summary>
    Task CreateTopicsAsync(ProjectDocument project);
}
