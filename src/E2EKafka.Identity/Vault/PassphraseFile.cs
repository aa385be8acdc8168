using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Vault;

/// <summary>A passphrase in a file.</summary>
internal static class PassphraseFile
{
    private const int MaxSize = 4096;

    /// <summary>The passphrase, without a byte order mark, and without the line break that editors end a file with. Its caller zeroes it.</summary>
    /// <exception cref="EndToEndKafkaException">The file is missing or cannot be read, or does not hold one line of UTF-8. Never says what is in it.</exception>
    public static char[] Read(string path)
    {
        if (FilePaths.FolderProblem(path) is { } folder)
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, $"The passphrase file '{path}' {folder}");

        try
        {
            // No buffer of the stream's own: it would keep a copy.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var size = 0;
            using var content = SecretBytes.Create(MaxSize + 1, file, (bytes, source) => size = source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            if (size > MaxSize)
                throw Invalid(path, $"has more than {MaxSize} bytes");

            var text = content.Span[..size];
            text = (text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text).TrimEnd("\r\n"u8);
            return text.IndexOfAny("\r\n\0"u8) < 0 ? Decode(text, path) : throw Invalid(path, "has more than one line, or is not UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultUnavailable,
                $"The passphrase file '{path}' cannot be read: {failure.Message} Write the vault's passphrase there, and let this process read it.",
                failure);
        }
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static char[] Decode(ReadOnlySpan<byte> text, string path)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        try
        {
            var passphrase = GC.AllocateArray<char>(utf8.GetCharCount(text), pinned: true);
            utf8.GetChars(text, passphrase);
            return passphrase;
        }
        catch (DecoderFallbackException)
        {
            // Without the exception: it holds bytes of the passphrase.
            throw Invalid(path, "is not UTF-8");
        }
    }

    private static EndToEndKafkaException Invalid(string path, string what) =>
        new(FailureReason.VaultKeyWrong, $"The passphrase file '{path}' {what}. Write the passphrase alone into it, as UTF-8 text.");
}
