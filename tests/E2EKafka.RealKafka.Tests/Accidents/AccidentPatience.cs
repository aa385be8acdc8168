namespace E2EKafka.RealKafka.Tests.Accidents;

internal static class AccidentPatience
{
    /// <summary>How long a test waits for what comes after an accident: Kafka itself takes up to half a minute to notice one.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
}
