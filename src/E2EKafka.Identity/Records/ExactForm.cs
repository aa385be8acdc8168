using System.Buffers.Text;

namespace E2EKafka.Records;

/// <summary>
/// What every byte of a record's JSON must be, whatever the record: no white space, no null, strings of printable ASCII without escapes,
/// integers from 0 to 2⁵³−1. Whether it is JSON at all, and that of its type, is for <see cref="ExactJson"/>.
/// </summary>
internal static class ExactForm
{
    /// <summary>2⁵³−1: the largest integer that every JSON reader keeps exactly.</summary>
    public const long MaxInteger = (1L << 53) - 1;

    /// <summary>Whether bytes can stand in a string: 0x20 to 0x7E without quotation mark and backslash.</summary>
    public static bool IsText(ReadOnlySpan<byte> text) =>
        !text.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !text.ContainsAny((byte)'"', (byte)'\\');

    /// <summary>Whether JSON has the exact form, as far as its bytes alone tell.</summary>
    public static bool IsMetBy(ReadOnlySpan<byte> json)
    {
        // Without a backslash every quotation mark begins or ends a string.
        if (json.ContainsAnyExceptInRange((byte)' ', (byte)'~') || json.Contains((byte)'\\'))
            return false;

        while (true)
        {
            var begin = json.IndexOf((byte)'"');
            if (!IsStructure(begin < 0 ? json : json[..begin]))
                return false;
            if (begin < 0)
                return true;

            json = json[(begin + 1)..];
            var end = json.IndexOf((byte)'"');
            if (end < 0)
                return false;
            json = json[(end + 1)..];
        }
    }

    /// <summary>Whether what stands between strings is punctuation, <c>true</c>, <c>false</c> and integers.</summary>
    private static bool IsStructure(ReadOnlySpan<byte> json)
    {
        while (!json.IsEmpty)
        {
            var length = json[0] switch
            {
                (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)',' => 1,
                (byte)'t' when json.StartsWith("true"u8) => 4,
                (byte)'f' when json.StartsWith("false"u8) => 5,
                _ => IntegerLength(json),
            };
            if (length == 0)
                return false;
            json = json[length..];
        }

        return true;
    }

    /// <summary>The number of digits of the integer that JSON begins with; 0 if it begins with none, or with one that is refused.</summary>
    private static int IntegerLength(ReadOnlySpan<byte> json)
    {
        var length = json.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (length < 0)
            length = json.Length;
        return (json[0] != '0' || length == 1) && Utf8Parser.TryParse(json[..length], out long value, out _) && value <= MaxInteger
                ? length
                : 0;
    }
}
