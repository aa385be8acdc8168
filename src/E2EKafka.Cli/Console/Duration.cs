using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>Lengths of time as people say them.</summary>
internal static class Duration
{
    /// <summary>In the largest unit of which there are a few, rounded down.</summary>
    public static string InWords(TimeSpan duration) =>
        duration >= TimeSpan.FromDays(3) ? $"{Whole(duration.TotalDays)} days"
        : duration >= TimeSpan.FromHours(2) ? $"{Whole(duration.TotalHours)} h"
        : duration >= TimeSpan.FromMinutes(2) ? $"{Whole(duration.TotalMinutes)} min"
        : $"{Whole(duration.TotalSeconds)} s";

    private static string Whole(double value) => Math.Floor(value).ToString(CultureInfo.InvariantCulture);
}
