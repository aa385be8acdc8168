using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace E2EKafka.Tests;

/// <summary>A JWS put together by hand, so that header and payload can be anything; the signature is right.</summary>
internal static class RawJws
{
    public static string Sign(string header, string payload, SigningKey key) =>
        Sign(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), key);

    public static string Sign(byte[] header, byte[] payload, SigningKey key)
    {
        var signed = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload);
        return signed + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>Signs claims as the library would, whatever they say.</summary>
    public static Jws Sign<T>(string type, T claims, JsonTypeInfo<T> json, SigningKey key) =>
        TestProject.Parse(Sign(Encoding.UTF8.GetBytes(Header(type, key)), ExactJson.Write(claims, json), key));

    public static string Header(string type, SigningKey key) =>
        $$"""{"alg":"ES256","typ":"{{type}}","kid":"{{key.Public.Thumbprint}}"}""";

    public static string HeaderOf(string record) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(record.Split('.')[0]));

    public static string PayloadOf(string record) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(record.Split('.')[1]));
}
