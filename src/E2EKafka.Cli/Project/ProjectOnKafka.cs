using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>What the control topics say to every reader: signed records, verified from <c>project.json</c> on.</summary>
internal sealed class ProjectOnKafka
{
    /// <summary>What a command shows while it does so.</summary>
    public const string Reading = "Reading the control topics";

    private readonly MemberDirectory _directory;

    private ProjectOnKafka(ProjectDocument project) => _directory = new MemberDirectory(project);

    /// <summary>The newest project document, and everybody's newest credential.</summary>
    public MemberDirectory Directory => _directory;

    /// <summary>The announced sessions that were read.</summary>
    public Dictionary<SessionId, SessionStatement> Sessions { get; } = [];

    /// <param name="kafka">Where.</param>
    /// <param name="project">The document to begin with.</param>
    /// <param name="topics">How many partitions there are of each topic.</param>
    /// <param name="dataTopic">The topic whose sessions are to be read, if any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CliException">A control topic is missing, or cannot be read.</exception>
    public static ProjectOnKafka Read(
        KafkaSettings kafka, ProjectDocument project, IReadOnlyDictionary<string, int> topics, string? dataTopic, CancellationToken cancellationToken)
    {
        var read = new ProjectOnKafka(project);
        foreach (var record in TopicReader.ReadToTheEnd(kafka, TopicReader.Whole(topics, project.Control.Authority), cancellationToken))
            read.TakeAuthority(record);
        if (dataTopic is null)
            return read;

        var partition = new TopicPartitionOffset(project.Control.Sessions, project.Control.PartitionOf(dataTopic), Offset.Beginning);
        if (topics.GetValueOrDefault(project.Control.Sessions) < project.Control.Partitions)
            throw new CliException($"The control topic '{project.Control.Sessions}' is missing or has too few partitions: `e2ekafka topics create` makes it.");
        foreach (var record in TopicReader.ReadToTheEnd(kafka, [partition], cancellationToken))
            read.TakeSession(record);
        return read;
    }

    private void TakeAuthority(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (Jws.TryParse(record.Message.Value) is { } jws)
            _directory.Observe(jws);
    }

    private void TakeSession(ConsumeResult<byte[]?, byte[]?> record)
    {
        var writtenAt = KafkaTime.Of(record.Message.Timestamp);
        if (Jws.TryParse(record.Message.Value) is { } jws && jws.Type == RecordTypes.Announcement &&
            RecordVerifier.Verify<SessionAnnouncement>(jws, _directory, writtenAt, static _ => true, out _) is { } announcement)
        {
            foreach (var statement in announcement.Statements)
                Sessions.TryAdd(statement.Id, statement);
        }
    }
}
