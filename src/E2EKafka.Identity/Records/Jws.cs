using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// A control record: a JWS in compact form (RFC 7515), signed with ES256 (RFC 7518). Read in two steps, so that nothing is believed too
/// early: <see cref="TryParse(string)"/> and <see cref="ReadUnverified"/> check size and form, and <see cref="Verify"/> the signature,
/// once the caller has worked out whose signature it must be.
/// </summary>
internal sealed class Jws
{
    /// <summary>No record is longer, in bytes.</summary>
    public const int MaxSize = 256 * 1024;

    /// <summary>Length of a signature in base64url, in characters.</summary>
    private const int SignatureLength = 86;

    private const byte Dot = (byte)'.';

    private readonly JwsHeader _header;
    private readonly byte[] _record;
    private readonly byte[] _payload;
    private readonly byte[] _signature;

    /// <summary>SHA-256 of header and payload: what is signed, and what <see cref="Hash"/> spells.</summary>
    private readonly byte[] _digest;

    /// <summary>What <see cref="ReadUnverified"/> read, so that the next reader of the same record need not read it again.</summary>
    private object? _claims;

    private Jws(byte[] record, int signedLength, JwsHeader header, byte[] payload, byte[] signature)
    {
        _record = record;
        _header = header;
        _payload = payload;
        _signature = signature;
        _digest = SHA256.HashData(record.AsSpan(0, signedLength));
    }

    /// <summary>The compact form.</summary>
    [field: AllowNull]
    public string Text => field ??= Encoding.ASCII.GetString(_record);

    /// <summary>What kind of record it says it is (<c>typ</c>).</summary>
    public string Type => _header.Type;

    /// <summary>The thumbprint of the key that it says signed it (<c>kid</c>).</summary>
    public string KeyId => _header.KeyId;

    /// <summary>SHA-256 of header and payload, base64url. The signature is left out, because one content can have many.</summary>
    [field: AllowNull]
    public string Hash => field ??= Base64Url.EncodeToString(_digest);

    /// <summary>Signs a payload.</summary>
    /// <exception cref="InvalidOperationException">The payload has a string or a number that readers refuse: its maker should have refused it before.</exception>
    public static string Sign<T>(string type, SigningKey key, T payload, JsonTypeInfo<T> json)
    {
        var claims = ExactJson.Write(payload, json);
        if (!ExactForm.IsMetBy(claims))
        {
            throw new InvalidOperationException(
                $"A record of type {type} would have a null, a number outside 0 to 2^53-1, or a string with other than printable ASCII characters without quotation mark and backslash.");
        }

        var header = new JwsHeader(type, key.Public.Thumbprint).ToArray();
        var signed = Base64Url.GetEncodedLength(header.Length) + 1 + Base64Url.GetEncodedLength(claims.Length);
        var record = new byte[signed + 1 + SignatureLength];
        var at = Base64Url.EncodeToUtf8(header, record);
        record[at++] = Dot;
        Base64Url.EncodeToUtf8(claims, record.AsSpan(at));
        record[signed] = Dot;
        Base64Url.EncodeToUtf8(key.Sign(record.AsSpan(0, signed)), record.AsSpan(signed + 1));
        return Encoding.ASCII.GetString(record);
    }

    /// <summary>Checks size, compact form and header. Believes nothing.</summary>
    public static Jws? TryParse(ReadOnlySpan<byte> record)
    {
        if (record.Length > MaxSize || record.Length <= SignatureLength || record[^(SignatureLength + 1)] != Dot)
            return null;

        var signature = record[^SignatureLength..];
        var signed = record[..^(SignatureLength + 1)];
        var dot = signed.IndexOf(Dot);
        // A second point in what is left is not in the alphabet of base64url.
        if (dot < 0 || dot + 1 == signed.Length || dot > Base64Url.GetEncodedLength(JwsHeader.MaxSize) ||
            Base64UrlBytes.TryDecode(signed[..dot]) is not { } headerBytes || JwsHeader.TryRead(headerBytes) is not { } header ||
            Base64UrlBytes.TryDecode(signature) is not { } signatureBytes ||
            Base64UrlBytes.TryDecode(signed[(dot + 1)..]) is not { } payload)
            return null;

        return new Jws(record.ToArray(), signed.Length, header, payload, signatureBytes);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte})"/>
    public static Jws? TryParse(string text)
    {
        if (text.Length > MaxSize)
            return null;

        var record = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            // A character beyond ASCII becomes a question mark, which is in no part of a record.
            return TryParse(record.AsSpan(0, Encoding.ASCII.GetBytes(text, record)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }

    /// <summary>
    /// The payload, not yet believed; <see langword="null"/> where it is not the <see cref="ExactJson">exact form</see> of a <typeparamref name="T"/>.
    /// </summary>
    public T? ReadUnverified<T>(JsonTypeInfo<T> json)
        where T : class
    {
        if (_claims is T known)
            return known;

        if (ExactJson.TryRead(_payload, json) is not { } claims)
            return null;

        _claims = claims;
        return claims;
    }

    /// <summary>Whether it is of this type, meant for this project, and signed by this key and no other.</summary>
    public bool Verify(string type, string projectId, SigningPublicKey key) =>
        Type == type && KeyId == key.Thumbprint && IsFor(projectId) && key.VerifyHash(_digest, _signature);

    public override string ToString() => $"{Type} {Hash}";

    /// <summary>Whether the payload's <c>aud</c> is a project. The exact form, checked by <see cref="ReadUnverified"/>, has it once.</summary>
    private bool IsFor(string projectId)
    {
        try
        {
            var reader = new Utf8JsonReader(_payload);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("aud"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueTextEquals(projectId);
            }
        }
        catch (JsonException)
        {
            // As for any other payload that names no project.
        }

        return false;
    }
}
