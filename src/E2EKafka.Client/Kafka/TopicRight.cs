using Confluent.Kafka.Admin;

namespace E2EKafka.Kafka;

/// <summary>What an ACL lets a user do with a topic.</summary>
internal readonly record struct TopicRight(AclOperation Operation, string Topic);
