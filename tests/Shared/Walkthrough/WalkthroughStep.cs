using System.Text.RegularExpressions;

namespace E2EKafka.Tests;

/// <summary>A block of commands, and the lines that the document shows of what they print.</summary>
/// <param name="Commands">The block, as it stands in the document.</param>
/// <param name="Shown">The lines below it, in which … stands for anything, and white space for white space. Empty if it shows none.</param>
internal sealed record WalkthroughStep(string Commands, IReadOnlyList<string> Shown)
{
    /// <summary>The first of the shown lines that an output does not have after the ones before it; <see langword="null"/> if it has all.</summary>
    public string? FirstLineMissingIn(string output)
    {
        var printed = new Queue<string>(output.Split('\n').Select(WithSingleSpaces));
        foreach (var line in Shown)
        {
            var pattern = $"^{Regex.Escape(WithSingleSpaces(line)).Replace("…", ".*", StringComparison.Ordinal)}$";
            var found = false;
            while (!found && printed.TryDequeue(out var next))
                found = Regex.IsMatch(next, pattern);
            if (!found)
                return line;
        }

        return null;
    }

    private static string WithSingleSpaces(string line) => Regex.Replace(line.Trim(), @"\s+", " ");
}
