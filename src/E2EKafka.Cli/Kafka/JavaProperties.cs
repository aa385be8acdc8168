using System.Globalization;
using System.Text;

namespace E2EKafka.Cli;

/// <summary>
/// Reads Java's properties files as <c>java.util.Properties.load</c> does: comments, continuation lines, escapes, and <c>=</c>,
/// <c>:</c> or white space between a key and its value.
/// </summary>
internal static class JavaProperties
{
    /// <summary>The properties in their order. A key that is there twice is there twice.</summary>
    /// <exception cref="FormatException">An escape is not one; the message names the line and no value.</exception>
    public static IReadOnlyList<JavaProperty> Parse(string text)
    {
        var properties = new List<JavaProperty>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var first = i;
            var line = lines[i].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
                continue;

            // An odd number of backslashes at its end continues a line; the white space that the next one begins with does not count.
            while (IsContinued(line))
                line = line[..^1] + (++i < lines.Length ? lines[i].TrimStart(' ', '\t', '\f') : "");
            properties.Add(Split(line, first + 1));
        }

        return properties;
    }

    private static bool IsContinued(string line) => (line.Length - line.TrimEnd('\\').Length) % 2 == 1;

    private static JavaProperty Split(string line, int number)
    {
        var end = 0;
        while (end < line.Length && !IsSpace(line[end]) && line[end] is not ('=' or ':'))
            end += line[end] == '\\' ? 2 : 1;
        end = Math.Min(end, line.Length);

        var value = end;
        while (value < line.Length && IsSpace(line[value]))
            value++;
        if (value < line.Length && line[value] is '=' or ':')
            value++;
        while (value < line.Length && IsSpace(line[value]))
            value++;
        return new JavaProperty(Unescape(line[..end], number), Unescape(line[value..], number), number);
    }

    private static string Unescape(string text, int number)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
            }
            else if (++i < text.Length)
            {
                if (text[i] == 'u')
                {
                    if (i + 4 >= text.Length || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                        throw new FormatException($"line {number}: \\u is not followed by four hexadecimal digits");
                    plain.Append((char)code);
                    i += 4;
                }
                else
                {
                    plain.Append(text[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', var other => other });
                }
            }
        }

        return plain.ToString();
    }

    private static bool IsSpace(char character) => character is ' ' or '\t' or '\f';
}
