namespace E2EKafka.Records;

/// <summary>How signed times are judged. They are Unix seconds, as in RFC 7519.</summary>
internal static class RecordClock
{
    /// <summary>How far two honest clocks may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>How long a record may take from its signature to the log, and from the log to a reader that has caught up.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);

    /// <summary>The end of the year 9998: a year of room, so that no sum of a signed time and a lifetime overflows.</summary>
    private const long MaxUnixSeconds = 253_370_764_799;

    /// <summary>Whether a signed number is a time that <see cref="DateTimeOffset"/> can hold and reckon with.</summary>
    public static bool IsTime(long unixSeconds) => unixSeconds is >= 0 and <= MaxUnixSeconds;

    public static DateTimeOffset ToTime(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
}
