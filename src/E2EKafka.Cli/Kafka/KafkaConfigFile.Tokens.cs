namespace E2EKafka.Cli;

/// <summary>Logins by SASL OAUTHBEARER: librdkafka fetches tokens itself, with the client's id and secret (OpenID Connect).</summary>
internal sealed partial class KafkaConfigFile
{
    private const string CallbackHandler = "sasl.login.callback.handler.class";
    private const string UnsecuredClaim = "unsecuredLoginStringClaim_";
    private const string ExtensionOption = "extension_";
    private const string Method = "sasl.oauthbearer.method";
    private const string EndpointUrl = "sasl.oauthbearer.token.endpoint.url";
    private const string Unsecured = "enable.sasl.oauthbearer.unsecure.jwt";

    // Kafka's names for the one handler that librdkafka has its like of.
    private static readonly string[] CallbackHandlers =
    [
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
        "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
    ];

    private void TranslateCallbackHandler(JavaProperty property)
    {
        if (!CallbackHandlers.Contains(property.Value))
            throw Refuse(property, $"this tool cannot run Java; it fetches tokens itself as {CallbackHandlers[0]} does");
    }

    private void TranslateTokenLogin(JavaProperty property, JaasConfig login)
    {
        if (!_properties.TryGetValue("sasl.mechanism", out var mechanism) || mechanism.Value != "OAUTHBEARER")
            throw Refuse(property, "with this login module sasl.mechanism must be OAUTHBEARER");

        List<string> extensions = [];
        foreach (var (option, value) in login.Options)
        {
            switch (option)
            {
                case "clientId":
                    Add(property with { Value = value }, "sasl.oauthbearer.client.id");
                    break;
                case "clientSecret":
                    Add(property with { Value = value }, "sasl.oauthbearer.client.secret");
                    break;
                case "scope":
                    Add(property with { Value = value }, "sasl.oauthbearer.scope");
                    break;
                case $"{UnsecuredClaim}sub":
                    // Tokens without a signature, which only a broker for tests takes.
                    _settings[Unsecured] = "true";
                    _settings["sasl.oauthbearer.config"] = $"principal={value}";
                    break;
                default:
                    if (!option.StartsWith(ExtensionOption, StringComparison.Ordinal))
                        throw Refuse(property, $"its login module has an option that this tool does not know; it knows clientId, clientSecret, scope, {ExtensionOption}NAME and {UnsecuredClaim}sub");
                    extensions.Add($"{option[ExtensionOption.Length..]}={value}");
                    break;
            }
        }

        if (extensions.Count > 0)
            _settings["sasl.oauthbearer.extensions"] = string.Join(',', extensions);
    }

    // Java is told by a handler's class what librdkafka is told by a method.
    private void CompleteTokenLogin()
    {
        if (!string.Equals(_settings.GetValueOrDefault("sasl.mechanism"), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase) || _settings.ContainsKey(Unsecured))
            return;
        if (_settings.ContainsKey(EndpointUrl))
            _settings.TryAdd(Method, "oidc");
        if (!string.Equals(_settings.GetValueOrDefault(Method), "oidc", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException(
                $"The Kafka configuration '{_path}' sets sasl.mechanism to OAUTHBEARER, and not where tokens come from: set {EndpointUrl}, and sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret (or clientId and clientSecret in sasl.jaas.config).");
        }
    }
}
