using System.Text;

namespace E2EKafka.Cli;

/// <summary>Breaks a text into lines between words.</summary>
internal static class TextWrap
{
    /// <param name="text">One paragraph.</param>
    /// <param name="width">Of a line, in characters.</param>
    /// <param name="indent">What each line begins with.</param>
    public static string At(string text, int width, string indent = "")
    {
        var wrapped = new StringBuilder(indent);
        var length = indent.Length;
        foreach (var word in text.Split(' '))
        {
            if (length > indent.Length && length + 1 + word.Length > width)
            {
                wrapped.Append('\n').Append(indent);
                length = indent.Length;
            }
            else if (length > indent.Length)
            {
                wrapped.Append(' ');
                length++;
            }

            wrapped.Append(word);
            length += word.Length;
        }

        return wrapped.ToString();
    }
}
