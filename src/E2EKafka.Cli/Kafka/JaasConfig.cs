using System.Text;

namespace E2EKafka.Cli;

/// <summary>
/// The value of <c>sasl.jaas.config</c>: <c>org.apache.kafka.common.security.plain.PlainLoginModule required username="…"
/// password="…";</c>.
/// </summary>
internal sealed class JaasConfig
{
    private JaasConfig(string module, IReadOnlyDictionary<string, string> options)
    {
        Module = module;
        Options = options;
    }

    /// <summary>The login module's class.</summary>
    public string Module { get; }

    /// <summary>Its options. Some are secrets.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <returns><see langword="null"/> if it is not one login module with its options.</returns>
    public static JaasConfig? TryParse(string text)
    {
        var words = new List<string>();
        var position = 0;
        while (TryReadWord(text, ref position, out var word))
            words.Add(word);

        // Module, control flag, then name = value, and a semicolon at the end.
        if (position < text.Length || words.Count < 3 || words[^1] != ";" || (words.Count - 3) % 3 != 0 ||
            words[1].ToUpperInvariant() is not ("REQUIRED" or "REQUISITE" or "SUFFICIENT" or "OPTIONAL"))
            return null;

        var options = new Dictionary<string, string>();
        for (var i = 2; i < words.Count - 1; i += 3)
        {
            if (words[i + 1] != "=" || !options.TryAdd(words[i], words[i + 2]))
                return null;
        }

        return new JaasConfig(words[0], options);
    }

    private static bool TryReadWord(string text, ref int position, out string word)
    {
        word = "";
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
        if (position == text.Length)
            return false;

        if (text[position] is '=' or ';')
        {
            word = text[position++].ToString();
            return true;
        }

        return text[position] is '"' or '\''
            ? TryReadQuoted(text, ref position, out word)
            : TryReadBare(text, ref position, out word);
    }

    private static bool TryReadBare(string text, ref int position, out string word)
    {
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(text[position]) && text[position] is not ('=' or ';' or '"' or '\''))
            position++;
        word = text[start..position];
        return true;
    }

    private static bool TryReadQuoted(string text, ref int position, out string word)
    {
        var read = new StringBuilder();
        var quote = text[position];
        for (var i = position + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                word = read.ToString();
                position = i + 1;
                return true;
            }

            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            read.Append(text[i]);
        }

        // The quote has no end.
        word = "";
        return false;
    }
}
