using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace E2EKafka.Tests;

/// <summary>
/// Looks for secrets in bytes: as they are, in hexadecimal, and in base64 and base64url wherever in a longer text they begin;
/// and again in whatever of those bytes can be decoded as base64, as the payload of a JWS can.
/// </summary>
internal sealed partial class SecretSearch
{
    /// <summary>A JWS in a JWS has text in text in text.</summary>
    private const int MaxDepth = 4;

    private readonly List<(string Name, byte[] Form)> _forms = [];

    public int Count { get; private set; }

    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        Assert.That(secret.Length, Is.GreaterThanOrEqualTo(16), "a secret so short is found by accident");
        Count++;
        foreach (var form in FormsOf(secret.ToArray()))
            _forms.Add((name, form));
    }

    public void Add(string name, string secret) => Add(name, Encoding.UTF8.GetBytes(secret));

    /// <summary>The names of the secrets that are in there.</summary>
    public IReadOnlyList<string> FindIn(byte[] bytes) => [.. FindIn(bytes, MaxDepth).Distinct()];

    /// <summary>What a secret looks like, when it is written in one of the usual ways.</summary>
    public static IEnumerable<byte[]> FormsOf(byte[] secret)
    {
        yield return secret;
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(secret));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret));
        for (var before = 0; before < 3; before++)
        {
            // Six bits a character; those that its neighbours have a part in are left out.
            var text = Convert.ToBase64String([.. new byte[before], .. secret]);
            text = text[(((8 * before) + 5) / 6)..((before + secret.Length) * 8 / 6)];
            yield return Encoding.ASCII.GetBytes(text);
            yield return Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_'));
        }
    }

    private IEnumerable<string> FindIn(byte[] bytes, int depth)
    {
        foreach (var (name, form) in _forms)
        {
            if (bytes.AsSpan().IndexOf(form) >= 0)
                yield return name;
        }

        if (depth == 0)
            yield break;

        foreach (Match match in Base64Text().Matches(Encoding.Latin1.GetString(bytes)))
        {
            // Filled up to whole groups of four: what a text ends with is not lost, and zeros at the end do no harm.
            var text = match.Value.Replace('+', '-').Replace('/', '_');
            var decoded = Base64Url.DecodeFromChars(text.PadRight((text.Length + 3) / 4 * 4, 'A'));
            foreach (var name in FindIn(decoded, depth - 1))
                yield return name;
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/_-]{22,}")]
    private static partial Regex Base64Text();
}
