namespace E2EKafka.Diagnostics;

/// <summary>Values of tags.</summary>
internal static class Telemetry
{
    public const string Kafka = "kafka";
    public const string Protect = "protect";
    public const string Open = "open";
    public const string Wait = "wait";
    public const string Rotate = "rotate";
    public const string Enroll = "enroll";
    public const string Renew = "renew";
}
