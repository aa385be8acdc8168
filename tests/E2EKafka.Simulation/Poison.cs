using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>Records that no honest client writes: what a broker, or a client with the right to write, makes of those that it has seen.</summary>
internal static class Poison
{
    private static readonly string[] Types =
    [
        RecordTypes.Project, RecordTypes.Revocations, RecordTypes.Credential, RecordTypes.Refusal, RecordTypes.KeyChange, RecordTypes.KeyPackage,
        RecordTypes.Announcement, RecordTypes.Grant, RecordTypes.AuthorityRequest, RecordTypes.ClockProbe, RecordTypes.KeyRequest,
    ];

    /// <summary>Makes one of a record in the log.</summary>
    /// <param name="record">The record.</param>
    /// <param name="random">The source of chance.</param>
    /// <returns>The other record, and what was done to it.</returns>
    public static (byte[] Value, string Kind) Spoil(byte[] record, SeededGenerator random)
    {
        byte[] value = [.. record];
        switch (random.Next(7))
        {
            case 0:
                for (var bits = 1 + random.Next(3); bits > 0; bits--)
                    value[random.Next(value.Length)] ^= (byte)(1 << random.Next(8));
                return (value, "bits flipped");
            case 1:
                return (value[..random.Next(value.Length)], "cut short");
            case 2:
                return (value, "right signature, any place");
            case 3:
                return (Resize(value, Jws.MaxSize - 1 + random.Next(3)), "as large as a record may be, or larger");
            case 4:
                return (WithHeader(value, header => header with { Type = random.Next(2) == 0 ? "e2ekafka-unknown+jws" : random.Pick(Types) }), "another typ");
            case 5:
                return (random.Bytes(random.Next(200)), "noise");
            default:
                return ([], "null");
        }
    }

    /// <summary>Signs a payload that was changed: what a member does that keeps to no rule.</summary>
    public static byte[] Resign(byte[] record, SigningKey key, SeededGenerator random)
    {
        if (Jws.TryParse(record) is not { } jws)
            return record;

        var payload = Base64Url.DecodeFromChars(jws.Text.Split('.')[1]);
        for (var changes = 1 + random.Next(2); changes > 0; changes--)
            payload[random.Next(payload.Length)] = random.Next(3) == 0 ? (byte)random.Next() : "0189,:{}[]\"naZ"u8[random.Next(14)];
        var header = new JwsHeader(jws.Type, key.Public.Thumbprint).ToArray();
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return Encoding.ASCII.GetBytes($"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}");
    }

    /// <summary>An entry with a timestamp of a broker's choice.</summary>
    public static LogEntry Stamp(byte[] value, DateTimeOffset now, SeededGenerator random) => random.Next(7) switch
    {
        0 => new LogEntry(value, now - TimeSpan.FromMinutes(11)),
        1 => new LogEntry(value, DateTimeOffset.UnixEpoch),
        2 => new LogEntry(value, now + TimeSpan.FromDays(300)),
        3 => new LogEntry(value, null),
        4 => new LogEntry(value, null) { HasBadTimestamp = true },
        5 => new LogEntry(value, now) { IsStamped = false },
        _ => new LogEntry(value, now),
    };

    private static byte[] WithHeader(byte[] record, Func<JwsHeader, JwsHeader> change)
    {
        if (Jws.TryParse(record) is not { } jws)
            return record;

        var header = change(new JwsHeader(jws.Type, jws.KeyId)).ToArray();
        return Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(header)}.{jws.Text.Split('.', 2)[1]}");
    }

    private static byte[] Resize(byte[] record, int size)
    {
        var value = new byte[size];
        value.AsSpan().Fill((byte)'A');
        record.AsSpan(0, Math.Min(size, record.Length)).CopyTo(value);
        return value;
    }
}
