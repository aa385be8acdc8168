using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/kafka-access.md shows.</summary>
internal static class KafkaAccess
{
    public static void Msk(IServiceCollection services, Func<Task<(string Token, long ExpiresAtMs)>> generateAuthTokenAsync)
    {
        // [snippet]
        services.AddEndToEndKafka(options =>
            {
                options.BootstrapServers = "b-1.orders.kafka.eu-central-1.amazonaws.com:9098";
                options.Kafka["security.protocol"] = "SASL_SSL";
                options.Kafka["sasl.mechanism"] = "OAUTHBEARER";
            })
            .PersistKeysToFile("/var/lib/orders/member.vault", "/run/secrets/vault-key")
            .SetOAuthBearerTokenProvider(async (_, cancellationToken) =>
            {
                var (token, expiresAtMs) = await generateAuthTokenAsync().WaitAsync(cancellationToken);
                return new OAuthBearerToken { Value = token, ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(expiresAtMs) };
            });
        // [/snippet]
    }

    public static void EntraId(IServiceCollection services)
    {
        // [snippet]
        var credential = new DefaultAzureCredential();
        services.AddEndToEndKafka(options =>
            {
                options.BootstrapServers = "orders.servicebus.windows.net:9093";
                options.Kafka["security.protocol"] = "SASL_SSL";
                options.Kafka["sasl.mechanism"] = "OAUTHBEARER";
            })
            .PersistKeysToFile("/var/lib/orders/member.vault", "/run/secrets/vault-key")
            .SetOAuthBearerTokenProvider(async (_, cancellationToken) =>
            {
                var token = await credential.GetTokenAsync(new TokenRequestContext(["https://orders.servicebus.windows.net/.default"]), cancellationToken);
                return new OAuthBearerToken { Value = token.Token, ExpiresAt = token.ExpiresOn };
            });
        // [/snippet]
    }

    public static void Authority(IServiceCollection services, IConfiguration configuration, Func<string, CancellationToken, Task<OAuthBearerToken>> tokens)
    {
        // [snippet]
        services.AddCredentialAuthority(configuration.GetSection("Authority"))
            .AddCredentialAuthority(options => options.OAuthBearerTokenProvider = tokens);
        // [/snippet]
    }
}
