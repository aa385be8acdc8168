namespace E2EKafka.Tests;

/// <summary>The same numbers for the same seed, so that a failure can be repeated (xorshift64*). Of no use for secrets.</summary>
internal sealed class SeededGenerator(ulong seed)
{
    private ulong _state = seed == 0 ? 0x9E3779B97F4A7C15 : seed;

    public ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }

    /// <summary>From zero to one less than <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)(Next() % (ulong)bound);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        foreach (ref var value in bytes.AsSpan())
            value = (byte)Next();
        return bytes;
    }

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];
}
