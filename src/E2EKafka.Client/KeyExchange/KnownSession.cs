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
    public SessionStatement Statement { get; } = statement;

    /// <summary>When its producer announced it: when that was signed, or written, whichever is later.</summary>
    public DateTimeOffset AnnouncedAt { get; } = announcedAt;

    /// <summary>What can be sealed to others, if this member holds it.</summary>
    public SecretBytes? Secret { get; private set; }

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

    /// <summary>Takes a secret, if it is the session's.</summary>
    /// <returns>Whether it is. If not, it was disposed.</returns>
    public bool TryHold(SecretBytes secret)
    {
        if (Secret is not null || SessionKeys.TryDerive(secret, Statement) is not { } keys)
        {
            secret.Dispose();
            return Secret is not null;
        }

        Secret = secret;
        Keys = new InboundSession(Statement, keys, VerifyingKeys.Of(Statement));
        return true;
    }

    public void Dispose()
    {
        Secret?.Dispose();
        Keys?.Dispose();
    }
}
