using System.Buffers.Text;
using System.Text;

namespace E2EKafka.Tests;

/// <summary>How a secret might stand in a text, to look for it.</summary>
internal static class Spellings
{
    public static IEnumerable<string> Of(byte[] secret) =>
    [
        Encoding.Latin1.GetString(secret),
        Convert.ToHexString(secret),
        Convert.ToHexStringLower(secret),
        BitConverter.ToString(secret),
        string.Join(", ", secret),
        string.Join(",", secret),
        // At each of the three alignments in base64, and without the characters that its neighbours have part of.
        .. from skip in (int[])[0, 1, 2]
           let inner = secret[skip..(skip + ((secret.Length - skip) / 3 * 3))]
           from text in (string[])[Convert.ToBase64String(inner), Base64Url.EncodeToString(inner)]
           select text,
    ];
}
