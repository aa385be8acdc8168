namespace E2EKafka.TestMember;

public enum MemberEventKind
{
    /// <summary>The process runs and has its settings.</summary>
    Started,

    /// <summary>The member is ready, or the authority serves.</summary>
    Ready,

    /// <summary>The broker has the producer's first message.</summary>
    FirstSent,

    /// <summary>The broker has as many as <see cref="Program.Many"/>.</summary>
    ManySent,

    /// <summary>The broker has all of the producer's messages.</summary>
    AllSent,

    /// <summary>The broker has acknowledged a message that was asked for, or one of those that a producer tells each of.</summary>
    Sent,

    /// <summary>A message that was asked for was not sent.</summary>
    Refused,

    /// <summary>A message was read, and opened or refused.</summary>
    Received,

    /// <summary>A transformer stands where it was to stop.</summary>
    Stopped,

    /// <summary>The process ends, because of an <see cref="EndToEndKafkaException"/>.</summary>
    Failed,

    /// <summary>The library has logged something.</summary>
    Logged,
}
