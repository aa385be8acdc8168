using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>Why there is no token to log in with is told as the first cause, without the token.</summary>
[TestFixture]
public class TokenTests
{
    private const string Token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

    [Test]
    public Task What_a_handler_throws_is_the_first_cause() => AssertTold(
        options => options.OAuthBearerTokenRefreshHandler = static (_, _) => throw new InvalidOperationException($"The token service refused {Token}."),
        "There is no token to log in with: InvalidOperationException: The token service refused ….");

    [Test]
    public Task What_a_provider_throws_is_the_first_cause() => AssertTold(
        options => options.OAuthBearerTokenProvider = static (_, _) => Task.FromException<OAuthBearerToken>(new HttpRequestException("401 from the token service")),
        "There is no token to log in with: HttpRequestException: 401 from the token service.");

    [Test]
    public Task A_token_whose_time_is_over_is_told() => AssertTold(
        options => options.OAuthBearerTokenProvider = static (_, _) => Task.FromResult(new OAuthBearerToken { Value = Token, ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(40) }),
        "There is no token to log in with: ");

    [Test]
    public Task A_provider_that_gives_nothing_is_told() => AssertTold(
        options => options.OAuthBearerTokenProvider = static (_, _) => Task.FromResult<OAuthBearerToken>(null!),
        "OAuthBearerTokenProvider gave no token.");

    [Test]
    public void A_token_does_not_show_itself() =>
        Assert.That($"{new OAuthBearerToken { Value = Token, ExpiresAt = DateTimeOffset.UnixEpoch }}", Is.EqualTo("[token until 1970-01-01 00:00:00Z]"));

    private static async Task AssertTold(Action<EndToEndKafkaOptions> give, string said)
    {
        using var project = new TestProject();
        using var log = new CollectingLog();
        var options = new EndToEndKafkaOptions
        {
            Project = project.Document,
            BootstrapServers = "127.0.0.1:1",
            UseInMemoryVault = true,
            Kafka = { ["security.protocol"] = "sasl_plaintext", ["sasl.mechanism"] = "OAUTHBEARER" },
        };
        give(options);
        await using var member = EndToEndKafka.Create(options, log);
        member.Start();

        var e = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => member.WaitUntilReadyAsync(TimeSpan.FromSeconds(30))))!;
        Assert.That(e.Message, Does.Contain(said));
        Assert.That(e.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied));
        Assert.That(log.Lines, Has.None.Contains("c2lnbmF0dXJl"));
    }
}
