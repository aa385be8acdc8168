namespace E2EKafka.Messages;

/// <summary>
/// Keyed contexts of the platform's, which are dear to make and may be used by one thread at a time. Taking and giving back
/// takes no lock; a thread that finds none free makes one.
/// </summary>
internal sealed class ContextPool<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly T?[] _free = new T?[Math.Max(4, Environment.ProcessorCount * 2)];
    private volatile bool _disposed;

    /// <exception cref="ObjectDisposedException">The keys are gone.</exception>
    public T Take()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(T));
        for (var i = 0; i < _free.Length; i++)
        {
            if (_free[i] is not null && Interlocked.Exchange(ref _free[i], null) is { } context)
                return context;
        }

        T created;
        try
        {
            created = create();
        }
        catch (Exception e) when (_disposed && e is not ObjectDisposedException)
        {
            // The key was zeroed while the platform imported it, which fails in different ways.
            throw new ObjectDisposedException(typeof(T).Name);
        }

        // The destroyer of the keys says so first. Not seeing that after the keys were read proves that they were whole.
        Interlocked.MemoryBarrier();
        if (!_disposed)
            return created;

        created.Dispose();
        throw new ObjectDisposedException(typeof(T).Name);
    }

    public void Return(T context)
    {
        for (var i = 0; i < _free.Length; i++)
        {
            if (_free[i] is not null || Interlocked.CompareExchange(ref _free[i], context, null) is not null)
                continue;

            // Disposed meanwhile: no other caller will empty the pool. Only what is taken out of it is ours to dispose;
            // this one may have been taken by another thread already.
            if (_disposed)
                Drain();
            return;
        }

        context.Dispose();
    }

    /// <summary>To be called before the keys that the contexts are made from are destroyed.</summary>
    public void Dispose()
    {
        _disposed = true;
        Interlocked.MemoryBarrier();
        Drain();
    }

    private void Drain()
    {
        for (var i = 0; i < _free.Length; i++)
            Interlocked.Exchange(ref _free[i], null)?.Dispose();
    }
}
