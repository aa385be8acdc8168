using System.Buffers;

namespace E2EKafka;

/// <summary>What tests see of memory that the library is done with.</summary>
internal static class Memory
{
    /// <summary>An array that was allocated just now is in the oldest generation only where it is pinned.</summary>
    public static bool IsPinned(byte[] allocated) => GC.GetGeneration(allocated) == GC.MaxGeneration;

    /// <summary>The array that this thread's next rent of a size gives; filled, so that what is zeroed in it can be told.</summary>
    public static byte[] NextRented(int size)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        bytes.AsSpan().Fill(0xEE);
        ArrayPool<byte>.Shared.Return(bytes);
        return bytes;
    }

    /// <summary>Whether an array was given back to the pool by this thread, last of its size.</summary>
    public static bool IsReturned(byte[] bytes)
    {
        var next = ArrayPool<byte>.Shared.Rent(bytes.Length);
        ArrayPool<byte>.Shared.Return(next);
        return ReferenceEquals(next, bytes);
    }
}
