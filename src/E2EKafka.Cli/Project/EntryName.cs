using System.Buffers;

namespace E2EKafka.Cli;

/// <summary>Names that become names of folders.</summary>
internal static class EntryName
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name[0] != '.' && !name.AsSpan().ContainsAnyExcept(Characters);

    public static string Require(string name, string what) => IsValid(name)
        ? name
        : throw new UsageException($"{what}'s name has 1 to {MaxLength} letters, digits, hyphens, underscores and dots, and does not begin with a dot.");
}
