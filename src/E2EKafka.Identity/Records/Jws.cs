using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace E2EKafka.Records;

/// <summary>
/// A control record: a JWS in compact form (RFC 7515). Read in two steps, so that nothing is believed too early:
/// <see cref="TryParse(string)"/> checks size and form, and <see cref="Verify"/> the signature, once the caller has worked out
/// whose signature it must be.
/// </summary>
internal sealed class Jws
{
    /// <summary>No record is longer, in bytes.</summary>
    public const int MaxSize = 256 * 1024;

    /// <summary>The one signature algorithm: ECDSA on P-256 with SHA-256 (RFC 7518).</summary>
    private const string Algorithm = SecurityAlgorithms.EcdsaSha256;

    private static readonly JsonWebTokenHandler Handler = new()
    {
        SetDefaultTimesOnTokenCreation = false,
        MaximumTokenSizeInBytes = MaxSize,
    };

    private readonly JwsHeader _header;
    private readonly byte[] _payload;

    private Jws(string text, JwsHeader header, byte[] payload, int signedLength)
    {
        Text = text;
        _header = header;
        _payload = payload;
        Hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text, 0, signedLength)));
    }

    /// <summary>The compact form.</summary>
    public string Text { get; }

    /// <summary>What kind of record it says it is (<c>typ</c>).</summary>
    public string Type => _header.Typ;

    /// <summary>The thumbprint of the key that it says signed it (<c>kid</c>).</summary>
    public string KeyId => _header.Kid;

    /// <summary>SHA-256 of header and payload, base64url. The signature is left out, because one content can have many.</summary>
    public string Hash { get; }

    /// <summary>Signs a payload.</summary>
    public static string Sign<T>(string type, SigningKey key, T payload, JsonTypeInfo<T> json) =>
        Handler.CreateToken(
            JsonSerializer.Serialize(payload, json),
            new SigningCredentials(key.ToSecurityKey(), Algorithm),
            new Dictionary<string, object> { ["typ"] = type });

    /// <summary>Checks size and form. Believes nothing.</summary>
    public static Jws? TryParse(ReadOnlySpan<byte> record) =>
        record.Length <= MaxSize && Ascii.IsValid(record) ? TryParse(Encoding.ASCII.GetString(record)) : null;

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte})"/>
    public static Jws? TryParse(string text)
    {
        if (text.Length > MaxSize)
            return null;

        var first = text.IndexOf('.', StringComparison.Ordinal);
        var last = text.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || text.AsSpan(first + 1, last - first - 1).Contains('.') ||
            Base64UrlBytes.TryDecode(text[..first]) is not { } headerBytes ||
            Base64UrlBytes.TryDecode(text[(first + 1)..last]) is not { } payload ||
            Base64UrlBytes.TryDecode(text[(last + 1)..]) is not { Length: SigningPublicKey.SignatureSize } ||
            Read(headerBytes, RecordJson.Default.JwsHeader) is not { Alg: Algorithm } header)
            return null;

        return new Jws(text, header, payload, last);
    }

    /// <summary>The payload, not yet believed; <see langword="null"/> where it does not have exactly the members of <typeparamref name="T"/>.</summary>
    public T? ReadUnverified<T>(JsonTypeInfo<T> json)
        where T : class => Read(_payload, json);

    /// <summary>Whether it is of this type, meant for this project, and signed by this key and no other.</summary>
    public bool Verify(string type, string projectId, SigningPublicKey key)
    {
        if (Type != type || KeyId != key.Thumbprint)
            return false;

        // No key is fetched and no validator is asynchronous, so the library has finished when it returns.
        return key.Check(securityKey => Handler.ValidateTokenAsync(Text, new TokenValidationParameters
        {
            ValidTypes = [type],
            ValidAlgorithms = [Algorithm],
            ValidAudience = projectId,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            IssuerSigningKey = securityKey,
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            // Who may issue and when is judged by the caller, by our own clock and project document.
            ValidateIssuer = false,
            ValidateLifetime = false,
        }).GetAwaiter().GetResult().IsValid);
    }

    public override string ToString() => $"{Type} {Hash}";

    private static T? Read<T>(byte[] bytes, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
