using Confluent.Kafka;
using Confluent.Kafka.Admin;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;

namespace E2EKafka.Kafka;

/// <summary>Waits for the control topics at a start, and creates them where the options say so.</summary>
/// <param name="project">The project.</param>
/// <param name="client">A consumer's handle: its clients do not create topics by asking for them.</param>
/// <param name="creates">Whether to create missing topics.</param>
/// <param name="topics">Looks at the topics.</param>
/// <param name="needed">The rights that this client needs.</param>
/// <param name="cause">Told why they cannot be used.</param>
/// <param name="poll">Has the client ask for a token to log in with; <see langword="null"/> where it logs in without one.</param>
internal sealed class ControlTopicProvisioner(
    ProjectDocument project, Handle client, bool creates, ControlTopicWatch topics, Func<IEnumerable<TopicRight>> needed, FirstCause cause,
    Action<TimeSpan>? poll) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    private readonly IAdminClient _admin = new DependentAdminClientBuilder(client).Build();

    /// <summary>Returns when the topics can be read.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken)
    {
        poll?.Invoke(PollTime);
        while (!AreThere())
        {
            Pause(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _admin.Dispose();

    private void Pause(CancellationToken cancellationToken)
    {
        if (poll is null)
        {
            cancellationToken.WaitHandle.WaitOne(Retry);
            return;
        }

        for (var time = TimeSpan.Zero; time < Retry && !cancellationToken.IsCancellationRequested; time += PollTime)
            poll(PollTime);
    }

    private bool AreThere()
    {
        try
        {
            var problem = FindProblem(out var lacking);
            cause.Answered();
            cause.RightsFound(lacking);
            cause.TopicsFound(problem);
            return problem is null && lacking.Count == 0;
        }
        catch (KafkaException e)
        {
            cause.Unanswered(e.Error);
            return false;
        }
    }

    private MemberFailure? FindProblem(out IReadOnlyCollection<TopicRight> lacking)
    {
        // All topics, and not ours by name: this is the first question, and brokers before 0.11 create what they are asked for.
        lacking = [];
        var partitions = new Dictionary<string, int>();
        foreach (var topic in _admin.GetMetadata(Patience).Topics.Where(topic => topic.Error.Code == ErrorCode.NoError))
            partitions[topic.Topic] = topic.Partitions.Count;
        var missing = project.ControlTopics.Where(topic => !partitions.ContainsKey(topic.Name)).ToList();
        if (missing.Count > 0 && creates)
        {
            lacking = Create(missing);
            return null;
        }

        if (missing.Count > 0)
        {
            // What this client may not see is not in the list either. Asked by name, Kafka says which it is.
            topics.Look();
            lacking = topics.MissingOf(needed().Where(right => missing.Any(topic => topic.Name == right.Topic)));
            var names = missing.Select(topic => topic.Name).Except(lacking.Select(right => right.Topic)).ToList();
            return names.Count == 0 ? null : new MemberFailure(FailureReason.ControlTopicMissing,
                $"Control topics are missing: {string.Join(", ", names)}. Create them as the project's ControlTopics say, or set CreateControlTopics.");
        }

        return project.ControlTopics.FirstOrDefault(topic => partitions[topic.Name] < topic.Partitions) is { } small
            ? new MemberFailure(FailureReason.ControlTopicMissing, ControlTopicVerdict.Describe(small, partitions[small.Name], topics.Facts))
            : null;
    }

    private IReadOnlyCollection<TopicRight> Create(IReadOnlyCollection<ControlTopic> missing)
    {
        try
        {
            _admin.CreateTopicsAsync(missing.Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = topic.Partitions,
                ReplicationFactor = -1,
                Configs = new Dictionary<string, string>(topic.Settings),
            })).GetAwaiter().GetResult();
            return [];
        }
        catch (CreateTopicsException e)
        {
            var failed = e.Results.Where(result => result.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists)).ToList();
            if (failed.FirstOrDefault(result => result.Error.Code is not (ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed)) is { } other)
                throw new KafkaException(other.Error, e);

            // A topic that exists already was created by another member.
            return [.. failed.Select(result => new TopicRight(AclOperation.Create, result.Topic))];
        }
    }
}
