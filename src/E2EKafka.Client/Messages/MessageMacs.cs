using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// One MAC for each reader group of a session, in its statement's order: the first 16 bytes of HMAC-SHA256 (RFC 2104) with the group's key
/// over the message's digest. The digest is computed once for all. For one thread at a time.
/// </summary>
/// <remarks>
/// A MAC proves to a member of its group that the producer or a member of the same group wrote the message: every member of the group has
/// its key. Members of other groups, and the broker, have not.
/// </remarks>
internal sealed class MessageMacs : IMessageProof
{
    /// <summary>The size of one MAC, in bytes.</summary>
    public const int MacSize = 16;

    /// <summary>The size of a group's key, in bytes.</summary>
    public const int KeySize = GroupKey.Size;

    /// <summary>In one session.</summary>
    public const int MaxGroups = ReaderGroups.MaxValues;

    private readonly MessageDigest _digest = new();
    private readonly IncrementalHash?[] _macs;

    /// <param name="groupKeys">The groups' keys, in the statement's order; <see langword="null"/> where this process has none.</param>
    public MessageMacs(IReadOnlyList<SecretBytes?> groupKeys)
    {
        _macs = new IncrementalHash?[groupKeys.Count];
        try
        {
            for (var i = 0; i < _macs.Length; i++)
                _macs[i] = groupKeys[i] is { } key ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">The key of a group is not here.</exception>
    public void Prove(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> proof)
    {
        Span<byte> digest = stackalloc byte[MessageDigest.Size];
        _digest.Compute(associatedData, ciphertextAndTag, digest);
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var i = 0; i < _macs.Length; i++)
        {
            Compute(_macs[i] ?? throw new InvalidOperationException("A producer has the key of each reader group."), digest, whole);
            whole[..MacSize].CopyTo(proof[(i * MacSize)..]);
        }
    }

    /// <returns>Whether the MAC of each group is right whose key is here; <see langword="false"/> without any.</returns>
    public bool Verify(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> proof)
    {
        Span<byte> digest = stackalloc byte[MessageDigest.Size];
        _digest.Compute(associatedData, ciphertextAndTag, digest);
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isProven = false;
        for (var i = 0; i < _macs.Length; i++)
        {
            if (_macs[i] is not { } mac)
                continue;

            Compute(mac, digest, whole);
            if (!CryptographicOperations.FixedTimeEquals(whole[..MacSize], proof.Slice(i * MacSize, MacSize)))
                return false;

            isProven = true;
        }

        return isProven;
    }

    public void Dispose()
    {
        _digest.Dispose();
        foreach (var mac in _macs)
            mac?.Dispose();
    }

    private static void Compute(IncrementalHash mac, ReadOnlySpan<byte> digest, Span<byte> whole)
    {
        mac.AppendData(digest);
        mac.GetHashAndReset(whole);
    }
}
