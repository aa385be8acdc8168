using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Vault;

namespace E2EKafka;

/// <summary>
/// The key that a <see cref="SqliteVault"/> is encrypted under: 32 random bytes, or a passphrase. A holder of it and the vault's file
/// is the member, so keep them apart: the key in the platform's secret store, the file on the member's volume.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class VaultKey : IDisposable
{
    /// <summary>The size of a key that is not a passphrase, in bytes.</summary>
    public const int Size = 32;

    // Key files are one line of 44 characters; anything much longer is some other file.
    private const int MaxFileSize = 1024;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly SecretBytes _secret;

    private VaultKey(SecretBytes secret, bool isPassphrase)
    {
        _secret = secret;
        IsPassphrase = isPassphrase;
    }

    internal bool IsPassphrase { get; }

    /// <summary>
    /// A passphrase, stretched by PBKDF2-HMAC-SHA256 (RFC 8018) with 600,000 iterations and the vault's own random salt: about a quarter
    /// of a second at each opening. Its UTF-8 bytes count as they are, without Unicode normalization. Prefer a random key where no person
    /// has to type it. A string cannot be zeroed; pass a span of an array that you clear if that matters.
    /// </summary>
    public static VaultKey FromPassphrase(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.IsWhiteSpace())
            throw new ArgumentException("A vault's passphrase must not be empty.", nameof(passphrase));

        // Strict: a lone surrogate would become U+FFFD, and different passphrases the same one.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        return new(SecretBytes.Create(utf8.GetByteCount(passphrase), passphrase, (bytes, text) => utf8.GetBytes(text, bytes)), isPassphrase: true);
    }

    /// <summary>A key of <see cref="Size"/> (32) random bytes. The bytes are copied; zero yours.</summary>
    public static VaultKey FromBytes(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size)
            throw new ArgumentException($"A vault's key has {Size} bytes, not {key.Length}.", nameof(key));
        return new(SecretBytes.CopyOf(key), isPassphrase: false);
    }

    /// <summary>
    /// A key file: 32 random bytes as one line of base64 text, as <c>openssl rand -base64 32</c> writes it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="createIfMissing">
    /// Whether to make a new key if there is no file, readable by its owner only. It then lies on the same machine as the vault and
    /// protects backups and copies of the vault's volume only if it is on another.
    /// </param>
    /// <exception cref="EndToEndKafkaException">The file is missing or cannot be read, or holds no key.</exception>
    public static VaultKey FromFile(string path, bool createIfMissing = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (EndsInKey(path) && !File.Exists(path))
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultUnavailable,
                "A vault's key was given where the path of its file belongs. Write the key into a file that only this process can read, and give the file's path.");
        }

        path = FilePaths.Full(path, "a vault's key file", FailureReason.VaultUnavailable);
        if (FilePaths.FolderProblem(path) is { } folder)
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, $"The vault's key file '{path}' {folder}");

        try
        {
            if (createIfMissing && !File.Exists(path))
            {
                PrivateFile.CreateFolderOf(path);
                PrivateFile.CreateWhole(path, WriteNewKey);
            }

            return ReadKey(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultUnavailable,
                $"The vault's key file '{path}' cannot be read: {failure.Message} Put the key there (32 random bytes, base64) and let this process read it.",
                failure);
        }
    }

    /// <summary>
    /// A key from an environment variable: 32 random bytes as base64 text. Never a passphrase: a mistyped key would then silently
    /// count as one.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">The variable is not set, or holds no key.</exception>
    public static VaultKey FromEnvironmentVariable(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (EndsInKey(name))
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultUnavailable,
                "A vault's key was given where the name of an environment variable belongs. Set a variable to the key, and give the variable's name.");
        }

        var text = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultUnavailable,
                $"The vault's key is to come from the environment variable {name}, which {(text is null ? "is not set" : "is empty")}. Set it to 32 random bytes as base64.");
        }

        using var utf8 = SecretBytes.Create(Encoding.UTF8.GetByteCount(text), text, static (bytes, chars) => Encoding.UTF8.GetBytes(chars, bytes));
        return Decode(utf8.Span, $"The environment variable {name}");
    }

    /// <summary>Says what kind of key it is, never the key.</summary>
    public override string ToString() => IsPassphrase ? "[vault passphrase]" : "[vault key]";

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _secret.Dispose();

    /// <summary>Whether a text ends in a key. One in a wrong place must not get into a message: those end in logs.</summary>
    internal static bool EndsInKey(string text)
    {
        const int textSize = (Size + 2) / 3 * 4;
        Span<byte> key = stackalloc byte[Size];
        var isKey = text.Length >= textSize && Convert.TryFromBase64Chars(text.AsSpan(text.Length - textSize), key, out var size) && size == Size;
        CryptographicOperations.ZeroMemory(key);
        return isKey;
    }

    /// <summary>The vault's root key: HKDF-Extract (RFC 5869) of the key, stretched first if it is a passphrase, with the vault's salt.</summary>
    internal SecretBytes DeriveRoot(VaultHeader header)
    {
        using var stretched = IsPassphrase
            ? SecretBytes.Create(
                Size,
                (Passphrase: _secret, Header: header),
                static (key, input) => Rfc2898DeriveBytes.Pbkdf2(
                    input.Passphrase.Span, input.Header.Salt, key, input.Header.Iterations, HashAlgorithmName.SHA256))
            : SecretBytes.CopyOf(_secret.Span);
        return SecretBytes.Create(
            SHA256.HashSizeInBytes,
            (Key: stretched, Header: header),
            static (root, input) => HKDF.Extract(HashAlgorithmName.SHA256, input.Key.Span, input.Header.Salt, root));
    }

    private static VaultKey ReadKey(string path)
    {
        // No buffer of the stream's own: it would keep a copy of the key.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var length = 0;
        using var text = SecretBytes.Create(MaxFileSize, file, (bytes, source) => length = source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        return Decode(text.Span[..length], $"The vault's key file '{path}'");
    }

    private static VaultKey Decode(ReadOnlySpan<byte> base64, string source)
    {
        // An editor may begin the file with a byte order mark.
        var trimmed = (base64.StartsWith(ByteOrderMark) ? base64[ByteOrderMark.Length..] : base64).Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultKeyWrong,
                $"{source} is empty. Put the vault's key there: {Size} random bytes as base64 text, as `openssl rand -base64 {Size}` writes it. A vault that exists needs the key that it was made with.");
        }

        if (trimmed.StartsWith(Utf16LittleEndian) || trimmed.StartsWith(Utf16BigEndian))
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultKeyWrong,
                $"{source} is UTF-16 text, as Windows PowerShell's > writes it. Write the same line as ASCII or UTF-8 (Set-Content -Encoding ascii).");
        }

        var written = 0;
        var status = OperationStatus.InvalidData;
        using var key = SecretBytes.Create(Base64.GetMaxDecodedFromUtf8Length(trimmed.Length), trimmed, (bytes, input) =>
            status = Base64.DecodeFromUtf8(input, bytes, out _, out written));
        if (status != OperationStatus.Done || written != Size)
        {
            throw new EndToEndKafkaException(
                FailureReason.VaultKeyWrong,
                $"{source} does not hold a vault key: {Size} random bytes as base64 text, as `openssl rand -base64 {Size}` writes it.");
        }

        return FromBytes(key.Span[..Size]);
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> Utf16LittleEndian => [0xFF, 0xFE];

    private static ReadOnlySpan<byte> Utf16BigEndian => [0xFE, 0xFF];

    private static void WriteNewKey(string path)
    {
        using var key = SecretBytes.Random(Size);
        using var base64 = SecretBytes.Create(
            Base64.GetMaxEncodedToUtf8Length(Size) + 1,
            key,
            static (text, source) =>
            {
                Base64.EncodeToUtf8(source.Span, text, out _, out var written);
                text[written] = (byte)'\n';
            });
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(base64.Span);
        file.Flush(flushToDisk: true);
    }
}
