namespace E2EKafka.Kafka;

/// <summary>Which name may be meant by an unknown one.</summary>
internal static class NearestName
{
    /// <returns>The name with the fewest letters to add, remove, replace or swap, if these are at most a third of its letters; else <see langword="null"/>.</returns>
    public static string? Of(string spelling, IEnumerable<string> names)
    {
        var (nearest, least) = ((string?)null, int.MaxValue);
        foreach (var name in names)
        {
            var distance = Distance(spelling.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < least && distance <= Math.Max(1, name.Length / 3))
                (nearest, least) = (name, distance);
        }

        return nearest;
    }

    // Optimal string alignment. A name of any length costs no more than that of a long setting.
    private static int Distance(string one, string other)
    {
        const int longest = 100;
        one = one.Length > longest ? one[..longest] : one;
        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
            costs[i, 0] = i;
        for (var j = 0; j <= other.Length; j++)
            costs[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = costs[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }

        return costs[one.Length, other.Length];
    }
}
