namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>A list that one thread adds to, while another waits for what comes.</summary>
internal sealed class GrowingList<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _ended;

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
                return [.. _items];
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _items.Count;
        }
    }

    public void Add(T item)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _items.Add(item);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    /// <summary>Nothing comes any more: who waits is told why.</summary>
    public void End(Exception cause)
    {
        lock (_lock)
        {
            _ended = cause;
            _changed.SetException(cause);
            _ = _changed.Task.Exception; // there may be no one who waits
        }
    }

    /// <summary>The item at an index, as soon as there is one.</summary>
    public async Task<T> AtAsync(int index, CancellationToken patience)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (index < _items.Count)
                    return _items[index];
                if (_ended is not null)
                    throw new InvalidOperationException($"It ended after {_items.Count}.", _ended);
                changed = _changed.Task;
            }

            await changed.WaitAsync(patience);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
