using System.Threading.Channels;

namespace E2EKafka.OrdersApi;

/// <summary>The last orders that arrived, and the pages that watch them arrive.</summary>
internal sealed class OrderBoard
{
    /// <summary>How many orders are kept, and how many a slow watcher may be behind before it misses some.</summary>
    private const int Capacity = 100;

    private readonly Lock _lock = new();
    private readonly Queue<ArrivedOrder> _arrived = [];
    private readonly HashSet<Watcher> _watchers = [];

    public IReadOnlyList<ArrivedOrder> Arrived
    {
        get
        {
            lock (_lock)
                return [.. _arrived];
        }
    }

    public void Add(ArrivedOrder order)
    {
        lock (_lock)
        {
            _arrived.Enqueue(order);
            if (_arrived.Count > Capacity)
                _arrived.Dequeue();
            foreach (var watcher in _watchers)
                watcher.Orders.Writer.TryWrite(order);
        }
    }

    /// <summary>From now on, until it is disposed.</summary>
    public Watcher Watch()
    {
        lock (_lock)
        {
            var watcher = new Watcher(this, [.. _arrived]);
            _watchers.Add(watcher);
            return watcher;
        }
    }

    internal sealed class Watcher(OrderBoard board, IReadOnlyList<ArrivedOrder> before) : IDisposable
    {
        public Channel<ArrivedOrder> Orders { get; } =
            Channel.CreateBounded<ArrivedOrder>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

        /// <summary>What had arrived when it began.</summary>
        public IReadOnlyList<ArrivedOrder> Before { get; } = before;

        /// <summary>Waits for the next order; <see langword="null"/> where the wait is cancelled.</summary>
        public async Task<ArrivedOrder?> NextAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await Orders.Reader.ReadAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public void Dispose()
        {
            lock (board._lock)
                board._watchers.Remove(this);
        }
    }
}
