using System.Buffers;

namespace E2EKafka.Policies;

/// <summary>
/// The strings of signed records: printable ASCII (0x20 to 0x7E) without quotation mark and backslash, so that JSON writes each in one
/// way and no two of them look alike.
/// </summary>
internal static class PrintableText
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(c => c is not ('"' or '\\'))]);

    /// <summary>What is wrong with a string that a record is to hold, in one sentence; <see langword="null"/> if nothing is.</summary>
    /// <param name="what">What the string is, as the sentence's subject.</param>
    /// <param name="text">The string.</param>
    public static string? ProblemOf(string what, string text)
    {
        var index = text.AsSpan().IndexOfAnyExcept(Characters);
        // The character itself is left out: it can be one that no terminal should be given.
        return index < 0
            ? null
            : $"{what} has the character U+{(int)text[index]:X4} at position {index + 1}. Use printable ASCII characters without quotation mark and backslash.";
    }
}
