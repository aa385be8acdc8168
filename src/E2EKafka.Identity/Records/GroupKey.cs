using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>The MAC key of one reader group in one session: random, so that a secret of the session gives nothing of it.</summary>
internal sealed class GroupKey(string group, SecretBytes key) : IDisposable
{
    /// <summary>In bytes.</summary>
    public const int Size = 32;

    /// <summary>The group's name: its value of the attribute.</summary>
    public string Group { get; } = group;

    public SecretBytes Key { get; } = key;

    public static GroupKey Random(string group) => new(group, SecretBytes.Random(Size));

    /// <summary>HMAC-SHA256 with the key over <c>"E2EKafka/1 group commitment\0"</c>, the hash of the session's core and the group's name: 32 bytes.</summary>
    public byte[] CommitmentIn(SessionCore core) => HMACSHA256.HashData(
        Key.Span, [.. "E2EKafka/1 group commitment\0"u8, .. SessionStatement.HashOf(core), .. Encoding.ASCII.GetBytes(Group)]);

    /// <summary>Whether a statement commits to this key for this group.</summary>
    public bool IsOf(SessionStatement statement)
    {
        var groups = statement.ReaderGroups?.Values ?? [];
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i] == Group)
                return CryptographicOperations.FixedTimeEquals(CommitmentIn(statement.Core), statement.Claims.Groups![i]);
        }

        return false;
    }

    public void Dispose() => Key.Dispose();
}
