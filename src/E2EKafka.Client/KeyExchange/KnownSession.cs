using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>What this member knows of one session.</summary>
internal sealed class KnownSession(SessionStatement statement, DateTimeOffset announcedAt) : IDisposable
{
    private const int StoredGroupKeySize = 1 + GroupKey.Size;

    private readonly List<InboundSession> _replaced = [];
    private string? _verifiedAs;

    public SessionStatement Statement { get; } = statement;

    /// <summary>When its producer announced it: when that was signed, or written, whichever is later.</summary>
    public DateTimeOffset AnnouncedAt { get; } = announcedAt;

    /// <summary>The offset of its newest announcement that this process has read; −1 if it has read none.</summary>
    public long ReadAt { get; set; } = -1;

    /// <summary>What can be sealed to others, if this member holds it.</summary>
    public SecretBytes? Secret { get; private set; }

    /// <summary>The keys of its reader groups that this member holds: of a session of its own all, else that of the group that it was in.</summary>
    public IReadOnlyList<GroupKey> GroupKeys { get; private set; } = [];

    public InboundSession? Keys { get; private set; }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static KnownSession? TryRead(ReadOnlySpan<byte> encoded) =>
        encoded.Length > sizeof(ulong) * 2 &&
        long.TryParse(encoded[..(sizeof(ulong) * 2)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var announcedAt) &&
        RecordClock.IsTime(announcedAt) &&
        SessionStatement.TryRead(encoded[(sizeof(ulong) * 2)..]) is { } statement
            ? new KnownSession(statement, RecordClock.ToTime(announcedAt))
            : null;

    /// <summary>For the vault, in ASCII: when it was announced (Unix seconds, 16 hexadecimal digits), then the statement.</summary>
    public byte[] Encode() =>
        [.. Encoding.ASCII.GetBytes(AnnouncedAt.ToUnixTimeSeconds().ToString("x16", CultureInfo.InvariantCulture)), .. Statement.Encode()];

    /// <summary>Reads what <see cref="Store"/> wrote; <see langword="null"/> for anything else.</summary>
    public static KnownSession? TryRestore(ReadOnlySpan<byte> stored)
    {
        if (stored.Length <= sizeof(long) + SessionKeys.SecretSize)
            return null;

        stored = stored[sizeof(long)..];
        var count = stored[SessionKeys.SecretSize];
        var keys = stored[(SessionKeys.SecretSize + 1)..];
        if (keys.Length < count * StoredGroupKeySize || TryRead(keys[(count * StoredGroupKeySize)..]) is not { } known)
            return null;

        var groups = known.Statement.ReaderGroups?.Values ?? [];
        List<GroupKey> groupKeys = [];
        for (; groupKeys.Count < count; keys = keys[StoredGroupKeySize..])
        {
            var index = Math.Min(keys[0], groups.Count);
            groupKeys.Add(new GroupKey(groups.ElementAtOrDefault(index) ?? "", SecretBytes.CopyOf(keys[1..StoredGroupKeySize])));
        }

        return known.TryHold(SecretBytes.CopyOf(stored[..SessionKeys.SecretSize]), groupKeys) ? known : null;
    }

    /// <summary>
    /// For the vault, if the secret is here: when the session ends (Unix seconds, 8, big endian: first in every row, so that a release that does
    /// not know the rest can destroy it in time), secret (32), the number of group keys (1), for each its group's place in the statement (1) and
    /// the key (32), then <see cref="Encode"/>. The caller zeroes it.
    /// </summary>
    public byte[] Store()
    {
        var encoded = Encode();
        var keysEnd = sizeof(long) + SessionKeys.SecretSize + 1 + (GroupKeys.Count * StoredGroupKeySize);
        var stored = new byte[keysEnd + encoded.Length];
        BinaryPrimitives.WriteInt64BigEndian(stored, Statement.Core.Ends);
        Secret!.Span.CopyTo(stored.AsSpan(sizeof(long)));
        stored[sizeof(long) + SessionKeys.SecretSize] = (byte)GroupKeys.Count;
        var rest = stored.AsSpan(sizeof(long) + SessionKeys.SecretSize + 1);
        foreach (var key in GroupKeys)
        {
            rest[0] = (byte)Statement.ReaderGroups!.Values.ToList().IndexOf(key.Group);
            key.Key.Span.CopyTo(rest[1..]);
            rest = rest[StoredGroupKeySize..];
        }

        encoded.CopyTo(stored, keysEnd);
        return stored;
    }

    /// <summary>Whether what a member of a reader group needs is here; without a group, the secret.</summary>
    public bool IsHeldFor(string? group) =>
        Secret is not null && (group is null || GroupKeys.Any(key => key.Group == group));

    /// <summary>Takes a secret and keys of reader groups, if all are the session's.</summary>
    /// <returns>Whether they are. What is not kept was disposed.</returns>
    public bool TryHold(SecretBytes secret, params IReadOnlyList<GroupKey> groupKeys)
    {
        var isMore = Secret is null || groupKeys.Any(key => !IsHeldFor(key.Group));
        var keys = isMore ? SessionKeys.TryDerive(secret, Statement) : null;
        if (keys is null || !groupKeys.All(key => key.IsOf(Statement)))
        {
            keys?.Dispose();
            secret.Dispose();
            foreach (var key in groupKeys)
                key.Dispose();
            return !isMore;
        }

        // Another thread may be opening a message with the old ones.
        if (Keys is not null)
            _replaced.Add(Keys);
        Secret?.Dispose();
        Secret = secret;
        GroupKeys = [.. GroupKeys, .. groupKeys];
        Keys = new InboundSession(Statement, keys, VerifyingKeys.Of(Statement, GroupKeys));
        _verifiedAs = null;
        return true;
    }

    /// <summary>Has messages verified with the key of one reader group alone, that of the member now. A MAC for another group proves it nothing.</summary>
    public void VerifyAs(string group)
    {
        if (_verifiedAs == group || GroupKeys.Count < 2 || Keys is null || SessionKeys.TryDerive(Secret!, Statement) is not { } keys)
            return;

        _replaced.Add(Keys);
        Keys = new InboundSession(Statement, keys, VerifyingKeys.Of(Statement, [.. GroupKeys.Where(key => key.Group == group)]));
        _verifiedAs = group;
    }

    public void Dispose()
    {
        Secret?.Dispose();
        foreach (var key in GroupKeys)
            key.Dispose();
        Keys?.Dispose();
        foreach (var keys in _replaced)
            keys.Dispose();
    }
}
