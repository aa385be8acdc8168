using NUnit.Framework.Constraints;

namespace E2EKafka.Tests;

/// <summary>What a call must throw.</summary>
internal static class Refused
{
    /// <summary>An <see cref="EndToEndKafkaException"/> with this reason, whose message says something.</summary>
    public static ContainsConstraint With(FailureReason reason, string says = "") => Throws.TypeOf<EndToEndKafkaException>()
        .With.Property(nameof(EndToEndKafkaException.Reason)).EqualTo(reason)
        .And.Message.Contains(says);
}
