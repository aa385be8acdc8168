using NUnit.Framework.Constraints;

namespace E2EKafka;

/// <summary>Asserts that a call fails with its typed reason: <c>Assert.That(() => …, Fails.With(reason))</c>.</summary>
internal static class Fails
{
    public static EqualConstraint With(FailureReason reason) =>
        Throws.InstanceOf<EndToEndKafkaException>().With.Property(nameof(EndToEndKafkaException.Reason)).EqualTo(reason);
}
