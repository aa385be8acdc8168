using Confluent.Kafka;

namespace E2EKafka.Hosting;

/// <summary>Whether the settings of the Kafka clients make one login. A half of one would connect without it, or not at all.</summary>
internal static class LoginSettings
{
    private const string Protocol = "security.protocol";
    private const string Mechanism = "sasl.mechanism";
    private const string Method = "sasl.oauthbearer.method";
    private const string Unsecured = "enable.sasl.oauthbearer.unsecure.jwt";

    /// <summary>Whether a setting has an effect only on a connection with TLS or login.</summary>
    public static bool IsOfTlsOrLogin(string name) =>
        name.StartsWith("sasl.", StringComparison.Ordinal) || name.StartsWith("ssl.", StringComparison.Ordinal) && name != "ssl.endpoint.identification.algorithm";

    public static IEnumerable<string> Problems(
        IDictionary<string, string> kafka, Action<IClient, string>? handler, Func<string, CancellationToken, Task<OAuthBearerToken>>? provider, OptionSource source)
    {
        var settings = KafkaSettings.Of(null, kafka);

        // Who says plaintext means it. Where nothing is said, librdkafka connects without TLS and login, and ignores the settings for them.
        if (!settings.ContainsKey(Protocol) && settings.Keys.FirstOrDefault(IsOfTlsOrLogin) is { } idle)
            yield return $"{source.OfKafka(idle)} is set, and {source.OfKafka(Protocol)} is not, so that clients would connect without TLS and login. Set {Protocol} to ssl, sasl_ssl, sasl_plaintext or, to connect so, to plaintext.";

        if (handler is not null && provider is not null)
            yield return $"Both {source.Of("OAuthBearerTokenRefreshHandler")} and OAuthBearerTokenProvider are set. Set one of them.";

        var usesTokens = string.Equals(settings.GetValueOrDefault(Mechanism), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase);
        var isGiven = handler is not null || provider is not null;
        var isBuiltIn = Is(settings, Method, "oidc") || Is(settings, Unsecured, "true");
        if (isGiven && !usesTokens)
            yield return $"A source of tokens is set ({(provider is null ? "OAuthBearerTokenRefreshHandler" : "OAuthBearerTokenProvider")}), and {source.OfKafka(Mechanism)} is not OAUTHBEARER, so that it would not be asked. Set {Mechanism}, or leave the source out.";
        else if (isGiven && isBuiltIn)
            yield return $"A source of tokens is set, and {source.OfKafka(Is(settings, Method, "oidc") ? Method : Unsecured)} has librdkafka make them. Leave one of them out.";
        else if (usesTokens && !isGiven && !isBuiltIn)
            yield return $"{source.OfKafka(Mechanism)} is OAUTHBEARER, and nothing gives a token. Set OAuthBearerTokenProvider in code (SetOAuthBearerTokenProvider), or {source.OfKafka(Method)} to oidc with sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret and sasl.oauthbearer.token.endpoint.url.";
    }

    private static bool Is(IReadOnlyDictionary<string, string> settings, string name, string value) =>
        string.Equals(settings.GetValueOrDefault(name), value, StringComparison.OrdinalIgnoreCase);
}
