using System.Text;

namespace E2EKafka.QuickStart;

/// <summary>
/// Looks for texts in bytes, also where they stand as UTF-16, as hexadecimal digits or in base64: the control records are
/// base64url, so what they leaked would not show as plain text.
/// </summary>
internal sealed class PlaintextSearch
{
    private readonly List<(string Text, byte[] Pattern)> _patterns;

    public PlaintextSearch(IEnumerable<string> texts) =>
        _patterns = [.. texts.Distinct().SelectMany(text => PatternsOf(text).Select(pattern => (text, pattern)))];

    /// <summary>The first text that is in the record; <see langword="null"/> if none is.</summary>
    public string? Find(RawRecord record) => record.Parts.Select(Find).FirstOrDefault(found => found is not null);

    public string? Find(byte[] bytes) => _patterns.FirstOrDefault(pattern => bytes.AsSpan().IndexOf(pattern.Pattern) >= 0).Text;

    private static IEnumerable<byte[]> PatternsOf(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        yield return utf8;
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(utf8));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8));

        // Base64 of a text depends on where in a group of three bytes it begins; its first and last characters also on what is around it.
        for (var shift = 0; shift < 3; shift++)
        {
            var whole = Convert.ToBase64String([.. new byte[shift], .. utf8])[(shift == 0 ? 0 : 4)..].TrimEnd('=');
            var certain = whole[..^1];
            yield return Encoding.ASCII.GetBytes(certain);
            yield return Encoding.ASCII.GetBytes(certain.Replace('+', '-').Replace('/', '_'));
        }
    }
}
