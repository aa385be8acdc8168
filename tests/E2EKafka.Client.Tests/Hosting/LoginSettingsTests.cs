using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>Settings that make a half of a login are refused: clients would connect without it.</summary>
[TestFixture]
public class LoginSettingsTests
{
    private static readonly Action<IClient, string> Handler = static (_, _) => { };
    private static readonly Func<string, CancellationToken, Task<OAuthBearerToken>> Provider = static (_, _) => Task.FromResult(new OAuthBearerToken { Value = "x", ExpiresAt = default });

    private static readonly object?[][] Mistakes =
    [
        ["sasl.username=orders", null, null, "Kafka[\"sasl.username\"] is set, and Kafka[\"security.protocol\"] is not"],
        ["ssl.key.pem=x", null, null, "Kafka[\"ssl.key.pem\"] is set, and Kafka[\"security.protocol\"] is not"],
        ["security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER", null, null, "Kafka[\"sasl.mechanism\"] is OAUTHBEARER, and nothing gives a token."],
        ["security.protocol=sasl_ssl;SaslMechanism=OAuthBearer", null, null, "Kafka[\"sasl.mechanism\"] is OAUTHBEARER, and nothing gives a token."],
        ["security.protocol=sasl_ssl;sasl.mechanism=PLAIN", Handler, null, "A source of tokens is set (OAuthBearerTokenRefreshHandler)"],
        ["", null, Provider, "A source of tokens is set (OAuthBearerTokenProvider)"],
        ["security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER", Handler, Provider, "Both OAuthBearerTokenRefreshHandler and OAuthBearerTokenProvider are set."],
        ["security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER;sasl.oauthbearer.method=oidc", null, Provider, "A source of tokens is set, and Kafka[\"sasl.oauthbearer.method\"]"],
        ["security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER;enable.sasl.oauthbearer.unsecure.jwt=true", Handler, null, "A source of tokens is set, and Kafka[\"enable.sasl.oauthbearer.unsecure.jwt\"]"],
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_named_once(string kafka, Action<IClient, string>? handler, Func<string, CancellationToken, Task<OAuthBearerToken>>? provider, string said) =>
        Assert.That(ProblemsOf(kafka, handler, provider).Single(), Does.StartWith(said).And.EndWith("."));

    [TestCase("")]
    [TestCase("security.protocol=plaintext;sasl.username=orders;ssl.key.pem=x")]
    [TestCase("security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER;SaslOauthbearerMethod=Oidc")]
    [TestCase("security.protocol=sasl_plaintext;sasl.mechanism=OAUTHBEARER;enable.sasl.oauthbearer.unsecure.jwt=true")]
    public void What_is_whole_is_valid(string kafka) => Assert.That(ProblemsOf(kafka, null, null), Is.Empty);

    [Test]
    public void A_source_of_tokens_is_valid_where_it_is_used()
    {
        Assert.That(ProblemsOf("security.protocol=sasl_ssl;sasl.mechanism=OAUTHBEARER", Handler, null), Is.Empty);
        Assert.That(ProblemsOf("security.protocol=sasl_ssl;sasl.mechanism=oauthbearer", null, Provider), Is.Empty);
    }

    private static IEnumerable<string> ProblemsOf(string kafka, Action<IClient, string>? handler, Func<string, CancellationToken, Task<OAuthBearerToken>>? provider) =>
        LoginSettings.Problems(kafka.Split(';', StringSplitOptions.RemoveEmptyEntries).ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1]), handler, provider, OptionSource.Code);
}
