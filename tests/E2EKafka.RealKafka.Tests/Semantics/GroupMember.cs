using System.Diagnostics.Metrics;
using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>One consumer of a group, with an identity of its own, on a thread of its own.</summary>
internal sealed class GroupMember : IAsyncDisposable
{
    private readonly EndToEndKafka _member;
    private readonly IConsumer<string, Verified<string>> _consumer;
    private readonly CancellationTokenSource _leave = new();
    private readonly TaskCompletionSource _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    private GroupMember(ProjectOnBroker project, EndToEndKafka member, string group, Action<ConsumerConfig> configure, GroupLog log, bool readsBatches)
    {
        _member = member;
        var config = project.ConsumerConfig(group);
        config.AutoCommitIntervalMs = 100;
        config.TopicMetadataRefreshIntervalMs = 500;
        configure(config);
        _consumer = new ConsumerBuilder<string, Verified<string>>(config)
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) =>
            {
                if (partitions.Count > 0)
                    _assigned.TrySetResult();
            })
            .Build();
        _consumer.Subscribe(project.DataTopic);
        _running = Task.Factory.StartNew(() => Run(log, readsBatches), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Enrolls a member, and has it join the group.</summary>
    public static async Task<GroupMember> JoinAsync(ProjectOnBroker project, string group, Action<ConsumerConfig> configure, GroupLog log, bool readsBatches) =>
        new(project, await project.JoinAsync(options => options.Consume.Add(project.DataTopic)), group, configure, log, readsBatches);

    /// <summary>When it has got its first partition.</summary>
    public Task AssignedAsync() => Task.WhenAny(_assigned.Task, _running).Unwrap().WaitAsync(ProjectOnKafka.Patience);

    /// <summary>When so many of its partitions wait for a key.</summary>
    public Task WaitingAsync(int partitions) =>
        ApplicationClients.EventuallyAsync($"{partitions} partitions wait", () => Task.FromResult(CountWaiting() == partitions));

    private long CountWaiting()
    {
        long count = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, metrics) =>
        {
            if (instrument.Name == "e2ekafka.messages.waiting" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, _member.Identifier)))
                metrics.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => count = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return count;
    }

    /// <summary>Commits, and leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await _running.WaitAsync(ProjectOnKafka.Patience);
        _consumer.Dispose();
        await _member.DisposeAsync();
        _leave.Dispose();
    }

    private void Run(GroupLog log, bool readsBatches)
    {
        try
        {
            while (true)
            {
                foreach (var record in readsBatches ? _consumer.ConsumeDecryptedBatch(50, ProjectOnKafka.Patience, cancellationToken: _leave.Token) : [_consumer.ConsumeDecrypted(_leave.Token)])
                    log.Add(record);
            }
        }
        catch (OperationCanceledException)
        {
            _consumer.Close();
        }
    }
}
