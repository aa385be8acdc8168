using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace E2EKafka.Kafka;

/// <summary>How our Kafka clients reach Kafka and log in.</summary>
/// <param name="Settings">Their settings, with librdkafka's names.</param>
internal sealed partial record KafkaAccess(IReadOnlyDictionary<string, string> Settings)
{
    private const string Mechanism = "sasl.mechanism";

    /// <summary>Sets a token on a client, as Confluent.Kafka's handlers do. Default: none.</summary>
    public Action<IClient, string>? TokenRefreshHandler { get; init; }

    /// <summary>Gives a token, in its place. Default: none.</summary>
    public Func<string, CancellationToken, Task<OAuthBearerToken>>? TokenProvider { get; init; }

    /// <summary>The section of configuration that has the settings; <see langword="null"/> where code set them.</summary>
    public string? Section { get; init; }

    /// <summary>Whether clients log in with tokens, so that they ask for them where they are polled.</summary>
    public bool UsesTokens => string.Equals(Settings.GetValueOrDefault(Mechanism), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a client could not be made, as two sentences. librdkafka names the setting and shows its value, which may be a secret.</summary>
    public EndToEndKafkaException NotValid(Exception e)
    {
        var message = ValuePattern().Replace(e.Message, "value").Trim();
        var setting = NamePattern().Matches(message).Select(match => match.Groups[1].Value).FirstOrDefault(Settings.ContainsKey);
        var place = Section is null ? "Correct them in the options." : $"Correct {Section}{(setting is null ? "" : $":{setting}")}.";
        return new EndToEndKafkaException(FailureReason.OptionsInvalid, $"The Kafka client settings are not valid: {message.TrimEnd('.')}. {place}");
    }

    [GeneratedRegex("value \"[^\"]*\"")]
    private static partial Regex ValuePattern();

    [GeneratedRegex("[\"`]?([a-z]+(?:\\.[a-z]+)+)[\"`]?")]
    private static partial Regex NamePattern();
}
