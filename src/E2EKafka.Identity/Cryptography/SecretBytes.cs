using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// A secret of fixed size in pinned memory, so that the garbage collector leaves no copies behind when it compacts; zeroed by
/// <see cref="Dispose"/>. Not safe to dispose while another thread reads <see cref="Span"/>.
/// </summary>
/// <remarks>
/// No finalizer: it would run at an arbitrary time, could zero the array under a span still in use (a span keeps the array alive,
/// not this object), and is not run at exit. Who owns a secret disposes it.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class SecretBytes : IDisposable
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private byte[]? _bytes;

    private SecretBytes(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        _bytes = GC.AllocateArray<byte>(size, pinned: true);
        Length = size;
    }

    /// <summary>The size in bytes; still known after disposal.</summary>
    public int Length { get; }

    /// <summary>The secret. Do not keep the span past the life of this object.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlySpan<byte> Span => Writable;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private Span<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes;
        }
    }

    /// <summary>A new random secret.</summary>
    public static SecretBytes Random(int size) => Create(size, 0, static (bytes, _) => RandomNumberGenerator.Fill(bytes));

    /// <summary>A copy of a secret; zeroing the original stays the caller's duty.</summary>
    public static SecretBytes CopyOf(ReadOnlySpan<byte> secret) => Create(secret.Length, secret, static (bytes, source) => source.CopyTo(bytes));

    /// <summary>The parts, one after the other.</summary>
    public static SecretBytes Concat(
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third = default,
        ReadOnlySpan<byte> fourth = default)
    {
        var secret = new SecretBytes(checked(first.Length + second.Length + third.Length + fourth.Length));
        var rest = secret.Writable;
        first.CopyTo(rest);
        second.CopyTo(rest = rest[first.Length..]);
        third.CopyTo(rest = rest[second.Length..]);
        fourth.CopyTo(rest[third.Length..]);
        return secret;
    }

    /// <summary>A secret written in place by <paramref name="fill"/>; if that throws, what it wrote is zeroed.</summary>
    public static SecretBytes Create<TState>(int size, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        var secret = new SecretBytes(size);
        try
        {
            fill(secret.Writable, state);
            return secret;
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }

    /// <summary>Compares in time that depends on the lengths only.</summary>
    public bool FixedTimeEquals(ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(Span, other);

    /// <summary>The size, never the content.</summary>
    public override string ToString() => $"[secret of {Length} bytes]";

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
    }
}
