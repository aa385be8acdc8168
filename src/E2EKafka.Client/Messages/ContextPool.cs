using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace E2EKafka.Messages;

/// <summary>
/// Keyed contexts of the platform's, which are dear to make and may be used by one thread at a time. Taking and giving back
/// takes no lock; a thread that finds none free makes one.
/// </summary>
/// <remarks>
/// Each thread begins at a place of its own, and each place has a cache line to itself: threads that use one pool at the same time do not
/// wait for each other's memory.
/// </remarks>
internal sealed class ContextPool<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    /// <summary>In places: 64 bytes.</summary>
    private const int CacheLine = 8;

    // A line before the first: the array's length, which all threads read, is there.
    private readonly Place[] _places = new Place[(ContextPool.Size + 1) * CacheLine];
    private volatile bool _disposed;

    /// <exception cref="ObjectDisposedException">The keys are gone.</exception>
    public T Take()
    {
        if (_disposed)
            ThrowDisposed();
        var first = Environment.CurrentManagedThreadId;
        for (var i = 0; i < ContextPool.Size; i++)
        {
            ref var free = ref PlaceAt(first + i);
            if (free is not null && Interlocked.Exchange(ref free, null) is { } context)
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
            ThrowDisposed();
            return null;
        }

        // The destroyer of the keys says so first. Not seeing that after the keys were read proves that they were whole.
        Interlocked.MemoryBarrier();
        if (!_disposed)
            return created;

        created.Dispose();
        ThrowDisposed();
        return null;
    }

    public void Return(T context)
    {
        var first = Environment.CurrentManagedThreadId;
        for (var i = 0; i < ContextPool.Size; i++)
        {
            ref var free = ref PlaceAt(first + i);
            if (free is not null || Interlocked.CompareExchange(ref free, context, null) is not null)
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
        for (var i = 0; i < ContextPool.Size; i++)
            Interlocked.Exchange(ref PlaceAt(i), null)?.Dispose();
    }

    // By itself: to name the type takes a look-up, which no call should pay for that throws nothing.
    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException(typeof(T).Name);

    private ref T? PlaceAt(int index) => ref _places[((index & (ContextPool.Size - 1)) + 1) * CacheLine].Context;

    // A struct: the runtime checks the type of an element of an array of objects each time it is written.
    private struct Place
    {
        public T? Context;
    }
}

/// <summary>What all pools have in common. Not in the generic class, where the runtime would look it up for each type.</summary>
internal static class ContextPool
{
    /// <summary>How many contexts a pool keeps. A power of two.</summary>
    public static readonly int Size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, Environment.ProcessorCount * 2));
}
