using System.Threading.Channels;
using E2EKafka.KeyExchange;

namespace E2EKafka;

/// <summary>The control topics as one process sees them. It reads and writes on one worker of its own, in the order in which it is asked.</summary>
internal sealed class InMemoryControlLog(InMemoryControlTopics topics, IControlLogSink sink, string identifier, MemberClock clock) : IControlLog
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<ControlPartition> _asked = [];
    private readonly Dictionary<ControlPartition, long> _positions = [];
    private int _holds;
    private Task _working = Task.CompletedTask;
    private volatile bool _isStarted;

    /// <summary>The identifier of the member, or of the authority.</summary>
    public string Identifier => identifier;

    /// <summary>The clock of the process.</summary>
    public MemberClock Clock => clock;

    public void Start()
    {
        _working = Task.Run(WorkAsync);
        _isStarted = true;
    }

    public void Read(ControlPartition partition, long from)
    {
        if (_asked.Add(partition))
            Act(() => ReadOn(partition, from));
    }

    public void ReadAgain(ControlPartition partition, long from) => Act(() =>
    {
        sink.ReadingAgain(partition, from);
        ReadOn(partition, from);
    });

    // Data topics are the test's own: nothing here keeps them.
    public void WatchDataTopic(string topic)
    {
    }

    public void Publish(Publication publication) => Act(() =>
    {
        topics.Append(publication.Partition, publication.Records);

        // By the clock of the process: where a fault has set it, Kafka's clock agrees, and only the process's credential has ended.
        var now = clock.GetUtcNow();
        sink.Written(publication, new Acknowledgement(IsDurable: true, now, now));
    });

    public void Look(ControlPartition partition) => Act(() => sink.LookFound(partition, IsHeld(partition) ? _positions.GetValueOrDefault(partition) : topics.EndOf(partition)));

    /// <summary>There may be more to read in a partition.</summary>
    public void Deliver(ControlPartition partition) => _work.Writer.TryWrite(() => ReadOn(partition));

    /// <summary>Keeps the keys that are granted to the process from now on from it, until as many calls of <see cref="ReleaseGrants"/>.</summary>
    public void HoldGrants() => Act(() => _holds++);

    /// <summary>Undoes one <see cref="HoldGrants"/>.</summary>
    public void ReleaseGrants() => Act(() =>
    {
        _holds--;
        foreach (var partition in _positions.Keys.ToList())
            ReadOn(partition);
    });

    /// <summary>Returns when the process has read what there is, and has done what follows from it; at once if it does not run.</summary>
    public Task AdvanceAsync()
    {
        var advanced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _isStarted && _work.Writer.TryWrite(Advance) ? advanced.Task : Task.CompletedTask;

        void Advance() => sink.AdvanceAsync().ContinueWith(_ => advanced.SetResult(), TaskScheduler.Default);
    }

    /// <summary>Has the process drop its sessions, if it is a member's.</summary>
    public Task DiscardSessionsAsync() => sink is EngineInputs member ? member.DiscardSessionsAsync() : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        topics.Closed(this);
        _work.Writer.TryComplete();
        await _working.ConfigureAwait(false);
    }

    private void Act(Action action)
    {
        topics.Acted();
        _work.Writer.TryWrite(action);
    }

    private async Task WorkAsync()
    {
        await foreach (var action in _work.Reader.ReadAllAsync().ConfigureAwait(false))
            action();
    }

    private void ReadOn(ControlPartition partition, long from)
    {
        _positions[partition] = from;
        sink.LogStartFound(partition, 0);
        if (IsHeld(partition))
            sink.CaughtUp(partition, from);
        ReadOn(partition);
    }

    private void ReadOn(ControlPartition partition)
    {
        if (IsHeld(partition) || !_positions.TryGetValue(partition, out var position))
            return;

        foreach (var record in topics.From(partition, position))
        {
            sink.Received(record);
            position++;
        }

        _positions[partition] = position;
        sink.CaughtUp(partition, position);
    }

    private bool IsHeld(ControlPartition partition) => _holds > 0 && partition.Topic == ControlTopicKind.Grants;
}
