namespace E2EKafka.Client.Tests;

/// <summary>Control topics whose broker does what the test says. Nothing is in them but what is published here.</summary>
internal sealed class FakeControlLog(IControlLogSink sink) : IControlLog
{
    private readonly Lock _lock = new();
    private readonly HashSet<ControlPartition> _read = [];
    private readonly List<Publication> _published = [];

    /// <summary>Whether what is published becomes durable.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>Where the broker says that every partition ends; <see langword="null"/> if it does not answer.</summary>
    public long? End { get; set; } = 0;

    /// <summary>Whether every publication ends in an exception, as a fault of our own does.</summary>
    public bool Breaks { get; set; }

    /// <summary>The broker's clock, if it tells when it appended a record.</summary>
    public TimeProvider? BrokerClock { get; set; }

    public bool IsDisposed { get; private set; }

    public IReadOnlyList<Publication> Published
    {
        get
        {
            lock (_lock)
                return [.. _published];
        }
    }

    public void Start()
    {
    }

    public void Read(ControlPartition partition, long from)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        lock (_lock)
        {
            if (!_read.Add(partition))
                return;
        }

        sink.CaughtUp(partition, 0);
    }

    public void ReadAgain(ControlPartition partition, long from) => sink.ReadingAgain(partition, from);

    public void WatchDataTopic(string topic)
    {
    }

    public void Publish(Publication publication)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (Breaks)
            throw new InvalidOperationException("The test says so.");
        lock (_lock)
            _published.Add(publication);
        if (Acknowledges)
            sink.Written(publication, new Acknowledgement(IsDurable: true, BrokerClock?.GetUtcNow(), BrokerClock?.GetUtcNow()));
    }

    public void Look(ControlPartition partition) => sink.LookFound(partition, End);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
