using System.Text.RegularExpressions;
using Confluent.Kafka;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.Kafka;

/// <summary>
/// Why Kafka does not serve this process: the first cause, and not what follows from it. Clients report each broker that fails them and go on
/// with the others, so a report is only a suspicion until Kafka leaves a question unanswered. Safe for many threads.
/// </summary>
/// <param name="kafka">The settings of the Kafka clients.</param>
/// <param name="changed">Told when the cause is another, and with <see langword="null"/> when there is none any more.</param>
internal sealed partial class FirstCause(IReadOnlyDictionary<string, string> kafka, Action<MemberFailure?> changed)
{
    /// <summary>What <c>max.message.bytes</c> of a control topic must be at least: the largest record, and what Kafka adds to a batch.</summary>
    public const int MinMessageBytes = Jws.MaxSize + 1_024;

    private readonly Lock _lock = new();
    private readonly string _brokers = kafka.GetValueOrDefault("bootstrap.servers", "");
    private readonly Dictionary<string, int> _tooLarge = [];
    private (KafkaCause Cause, int Weight)? _reported;
    private KafkaCause? _unanswered;
    private MemberFailure? _topics;
    private KafkaCause? _rights;
    private MemberFailure? _told;

    /// <summary>Whether Kafka is to be asked whether it answers: a client has reported a failure, or it did not answer last time.</summary>
    public bool IsSuspected
    {
        get
        {
            lock (_lock)
                return _reported is not null || _unanswered is not null;
        }
    }

    /// <summary>Whether a right is missing.</summary>
    public bool LacksRights
    {
        get
        {
            lock (_lock)
                return _rights is not null;
        }
    }

    /// <summary>Whether an error is one of the connection to a broker.</summary>
    public static bool IsOfConnection(Error error) => WeightOf(error.Code) > 0;

    /// <summary>A client has reported an error of its connection to a broker.</summary>
    public void Reported(Error error)
    {
        lock (_lock)
        {
            // The first of the heaviest: what comes later follows from it.
            var weight = WeightOf(error.Code);
            if (weight > (_reported?.Weight ?? 0))
                _reported = (Describe(error), weight);
        }
    }

    /// <summary>Kafka has answered all that it was asked.</summary>
    public void Answered() => Change(() => (_reported, _unanswered) = (null, null));

    /// <summary>Kafka has left a question unanswered.</summary>
    public void Unanswered(Error error) => Change(() => _unanswered = Explain(error));

    /// <summary>Why a question was left unanswered: what was reported before says more than that time is over.</summary>
    public KafkaCause Explain(Error error)
    {
        lock (_lock)
            return IsOfConnection(error) && _reported is { } reported && reported.Weight >= WeightOf(error.Code) ? reported.Cause : Describe(error);
    }

    /// <summary>What is wrong with the control topics, so that nothing can be read; <see langword="null"/> if nothing is.</summary>
    public void TopicsFound(MemberFailure? problem) => Change(() => _topics = problem);

    /// <summary>The rights that this client lacks on topics, as Kafka has told it.</summary>
    public void RightsFound(IReadOnlyCollection<TopicRight> missing) => Change(() => _rights = missing.Count == 0 ? null : Describe(missing));

    /// <summary>Kafka has taken a record of so many bytes: as large a one is not too large any more.</summary>
    public void Written(string topic, int size) => Change(() =>
    {
        if (size >= _tooLarge.GetValueOrDefault(topic))
            _tooLarge.Remove(topic);
    });

    /// <summary>Kafka has refused a record of so many bytes because of its size.</summary>
    public void TooLarge(string topic, int size) => Change(() => _tooLarge[topic] = Math.Min(size, _tooLarge.GetValueOrDefault(topic, int.MaxValue)));

    private void Change(Action change)
    {
        // Told under the lock, so that the causes are told in their order.
        lock (_lock)
        {
            change();
            var cause = (_unanswered ?? _rights)?.ToFailure() ?? _topics ?? (_tooLarge.Count == 0 ? null : Describe(_tooLarge.First()).ToFailure());
            if (cause == _told)
                return;

            _told = cause;
            changed(cause);
        }
    }

    private static int WeightOf(ErrorCode code) => code switch
    {
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => 5,
        ErrorCode.Local_Ssl => 4,
        ErrorCode.Local_Resolve => 3,
        ErrorCode.Local_Transport => 2,
        ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut => 1,
        _ => 0,
    };

    private KafkaCause Describe(Error error)
    {
        var reason = Role().Replace(Details().Replace(error.Reason, ""), "$1: ").Trim().TrimEnd('.', '?');
        if (TokenFailure().Match(reason) is { Success: true } failed)
        {
            return new KafkaCause(FailureReason.KafkaAccessDenied,
                $"There is no token to log in with: {failed.Groups[1].Value}", "Check OAuthBearerTokenProvider or the handler that gives tokens, or sasl.oauthbearer.method and the settings that it needs.");
        }

        return error.Code switch
        {
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed when UsesTokens => new KafkaCause(FailureReason.KafkaAccessDenied,
                $"Kafka refuses the token of this client: {reason}", "Check for whom, by whom and until when the token was issued, and what the broker demands of it."),
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => new KafkaCause(FailureReason.KafkaAccessDenied,
                $"Kafka refuses the login of {User}: {reason}", "Check sasl.mechanism, sasl.username and sasl.password."),
            ErrorCode.Local_Ssl => new KafkaCause(FailureReason.BrokerUnreachable,
                $"TLS with Kafka fails: {reason}", "Check security.protocol, ssl.ca.location and, where Kafka asks for one, the client's certificate."),
            ErrorCode.Local_Resolve => new KafkaCause(FailureReason.BrokerUnreachable,
                $"A broker's name has no address: {reason}", $"Check BootstrapServers ('{_brokers}') and DNS."),
            ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => new KafkaCause(FailureReason.KafkaAccessDenied,
                $"Kafka refuses {User}: {reason}", "Give it the rights that `e2ekafka topics print` lists."),
            _ when !IsOfConnection(error) => new KafkaCause(FailureReason.BrokerUnreachable,
                $"Kafka refuses: {reason}", "Check the broker's settings and its log."),
            _ => new KafkaCause(FailureReason.BrokerUnreachable,
                $"Kafka does not answer: {reason}", $"Check BootstrapServers ('{_brokers}'), security.protocol and the network."),
        };
    }

    private KafkaCause Describe(IReadOnlyCollection<TopicRight> missing)
    {
        var principal = ShellWord.Of($"User:{UserName ?? "NAME"}");
        var commands = missing.GroupBy(right => right.Topic).Select(topic =>
            $"kafka-acls.sh {KafkaToolArguments.Of(kafka)} --add --allow-principal {principal} {string.Join(' ', topic.Select(right => $"--operation {right.Operation}"))} --topic {topic.Key}");
        return new KafkaCause(FailureReason.KafkaAccessDenied,
            $"{User} lacks {string.Join(", ", missing.Select(right => $"{right.Operation} on topic {right.Topic}"))}", $"Run: {string.Join("; ", commands)}");
    }

    private KafkaCause Describe(KeyValuePair<string, int> record) => new(FailureReason.ControlTopicMisconfigured,
        $"Kafka refuses a record of {record.Value} bytes on control topic {record.Key}",
        $"Run: kafka-configs.sh {KafkaToolArguments.Of(kafka)} --alter --entity-type topics --entity-name {record.Key} --add-config max.message.bytes={MinMessageBytes}");

    private string? UserName => kafka.GetValueOrDefault("sasl.username") ?? (UsesLogin || kafka.ContainsKey("ssl.certificate.location") ? null : "ANONYMOUS");

    private string User => UserName is { } name ? $"User '{name}'" : "This client's user";

    private bool UsesTokens => string.Equals(kafka.GetValueOrDefault("sasl.mechanism"), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase);

    private bool UsesLogin => kafka.GetValueOrDefault("security.protocol", "plaintext").StartsWith("sasl", StringComparison.OrdinalIgnoreCase);

    // librdkafka's words for what a handler of tokens has told it.
    [GeneratedRegex("Failed to acquire SASL OAUTHBEARER token: (.*)$", RegexOptions.Singleline)]
    private static partial Regex TokenFailure();

    // One broker has several connections, each with a name of its own.
    [GeneratedRegex(@"^(?:GroupCoordinator: )?(?:[a-z_]+://)?([^/\s]+?)(?:/[^/\s]+)?: ")]
    private static partial Regex Role();

    // Times and counts, which make another text of the same cause.
    [GeneratedRegex(@" \((after \d+ms|\d+ identical)([^()]|\([^()]*\))*\)")]
    private static partial Regex Details();
}
