using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Kafka did not answer, because this user lacks a right.</summary>
internal sealed class RightMissingException : KafkaException
{
    /// <param name="user">The user, as far as the settings of the client tell.</param>
    /// <param name="right">The right.</param>
    /// <param name="code">What Kafka said.</param>
    /// <param name="cause">How the client put it.</param>
    public RightMissingException(string user, KafkaRight right, ErrorCode code, Exception? cause = null)
        : base(new Error(code, $"{user} lacks {right}"), cause)
    {
        Right = right;
    }

    private RightMissingException(string user, KafkaRight right, Exception? cause)
        : base(new Error(ErrorCode.UnknownTopicOrPart, $"{right.Name} is missing, or {user} lacks {right}"), cause)
    {
        Right = right;
        MayBeMissing = true;
    }

    public KafkaRight Right { get; }

    /// <summary>Whether the topic may as well be missing. Kafka does not tell a user who may not see it.</summary>
    public bool MayBeMissing { get; }

    public static RightMissingException ToSee(string topic, string user, Exception? cause = null) =>
        new(user, KafkaRight.OnTopic(AclOperation.Describe, topic), cause);
}
