using System.Buffers;
using System.Globalization;
using System.Text;

namespace E2EKafka.Cli;

/// <summary>
/// Text that others wrote, so that it can neither act on a terminal nor look like another line: control characters, those that turn the
/// direction of writing, those without a width and what is not UTF-8 are written as escapes.
/// </summary>
internal static class Printable
{
    private static readonly SearchValues<byte> PlainAscii = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(value => (byte)value)]);

    public static string Of(string text)
    {
        var shown = new StringBuilder(text.Length + 16);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var isText = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            shown.Append(!isText ? $"\\u{(int)rest[0]:X4}" : IsEscaped(rune) ? Escape(rune) : rune.ToString());
            rest = rest[length..];
        }

        return shown.ToString();
    }

    /// <summary>Writes bytes that ought to be UTF-8. A tab stays: it parts columns.</summary>
    public static void Write(ReadOnlySpan<byte> text, Stream output)
    {
        if (text.IndexOfAnyExcept(PlainAscii) < 0)
        {
            output.Write(text);
            return;
        }

        while (text.Length > 0)
        {
            var isText = Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done;
            if (isText && (rune.Value == '\t' || !IsEscaped(rune)))
                output.Write(text[..length]);
            else if (isText)
                output.Write(Encoding.ASCII.GetBytes(Escape(rune)));
            else
                WriteBytes(text[..length], output);
            text = text[length..];
        }
    }

    private static bool IsEscaped(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= 0xFFFF => $"\\u{rune.Value:X4}",
        _ => $"\\U{rune.Value:X8}",
    };

    private static void WriteBytes(ReadOnlySpan<byte> bytes, Stream output)
    {
        foreach (var value in bytes)
            output.Write(Encoding.ASCII.GetBytes($"\\x{value:X2}"));
    }
}
