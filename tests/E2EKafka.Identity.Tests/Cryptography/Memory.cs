using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace E2EKafka;

/// <summary>What tests see of memory that the library is done with.</summary>
internal static class Memory
{
    /// <summary>More than the frame of one call, and less than those of what it calls in turn.</summary>
    private const int StackSize = 512;

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

    /// <summary>Whether a call leaves a secret in what it has of the stack.</summary>
    public static bool IsLeftOnStack(byte[] secret, Action<byte[]> call)
    {
        // Each once before: what is compiled first overwrites the stack.
        call(secret);
        IsOnStack(secret);
        ClearStack();

        call(secret);
        return IsOnStack(secret);
    }

    /// <summary>Copies a secret to the stack and leaves it there.</summary>
    public static void CopyToStack(byte[] secret)
    {
        Span<byte> copy = stackalloc byte[128];
        secret.CopyTo(copy);
        SHA256.HashData(copy);
    }

    [MethodImpl(MethodImplOptions.NoInlining), SkipLocalsInit]
    private static bool IsOnStack(byte[] secret)
    {
        Span<byte> left = stackalloc byte[StackSize];
        return left.IndexOf(secret) >= 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ClearStack()
    {
        Span<byte> left = stackalloc byte[StackSize];
        CryptographicOperations.ZeroMemory(left);
    }
}
