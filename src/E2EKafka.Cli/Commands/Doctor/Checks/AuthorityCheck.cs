namespace E2EKafka.Cli;

/// <summary>Whether the authority gives signs of life: it publishes its document daily, and answers requests at once.</summary>
internal sealed class AuthorityCheck(IKafkaView kafka, AuthorityTopic authority, ProjectDocument project, TimeProvider time) : ICheck
{
    private const int MaxRequests = 5_000;

    /// <summary>The document comes daily.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(25);

    /// <summary>How long an answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const string Remedy = "Start it: `e2ekafka authority run`. Members go on until their credentials end, 30 to 48 h by default.";

    public string Subject => "authority";

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (authority.LastHeard is not { } heard)
            return Finding.Failed("It has published nothing on Kafka, or Kafka has deleted it all.", Remedy);

        var now = time.GetUtcNow();
        var unanswered = kafka.ReadNewest(project.Control.Requests, MaxRequests)
            .Where(record => record.Timestamp > heard && now - record.Timestamp > Patience && IsRequest(record))
            .ToList();
        if (unanswered.Count > 0)
        {
            return Finding.Failed(
                $"It leaves {unanswered.Count} requests without an answer, the first for {Duration.InWords(now - unanswered[0].Timestamp!.Value)}.", Remedy);
        }

        return now - heard > LongestSilence
            ? Finding.Failed($"Silent for {Duration.InWords(now - heard)}, although it publishes the document daily.", Remedy)
            : Finding.Passed($"Its newest record is {Duration.InWords(now - heard)} old.");
    }

    private bool IsRequest(LoggedRecord record) =>
        Jws.TryParse(record.Value) is { } jws && jws.Type == RecordTypes.AuthorityRequest && AuthorityRequest.TryVerify(jws, project.Id) is not null;
}
