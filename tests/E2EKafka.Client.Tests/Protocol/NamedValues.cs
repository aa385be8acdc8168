using System.Globalization;

namespace E2EKafka.Client.Tests;

/// <summary>Lines of <c>name = value</c>: the worked example in <c>docs/protocol.md</c>, and the files of frozen payloads.</summary>
internal sealed class NamedValues
{
    private const string Separator = " = ";

    private readonly Dictionary<string, string> _values;

    private NamedValues(IEnumerable<string> lines) =>
        _values = lines.Where(line => line.Contains(Separator, StringComparison.Ordinal)).ToDictionary(
            line => line[..line.IndexOf(Separator, StringComparison.Ordinal)].Trim(),
            line => line[(line.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length)..].Trim());

    public IReadOnlyCollection<string> Names => _values.Keys;

    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(long.Parse(this["now"], CultureInfo.InvariantCulture));

    public string this[string name] => _values[name];

    /// <summary>The fenced block of a Markdown file that has this info string.</summary>
    public static NamedValues OfBlock(string path, string info) => new(
        File.ReadAllLines(path).SkipWhile(line => line != "```" + info).Skip(1).TakeWhile(line => line != "```"));

    public static NamedValues OfFile(string path) => new(File.ReadAllLines(path));

    public byte[] Bytes(string name) => Convert.FromHexString(this[name]);
}
