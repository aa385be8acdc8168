namespace E2EKafka.Diagnostics;

/// <summary>Why a topic was given another session.</summary>
internal enum RotationReason
{
    /// <summary>It had none since this process started.</summary>
    First,

    /// <summary>The one before is about to end.</summary>
    Due,

    /// <summary>The one before has encrypted nearly as many messages or bytes as it may.</summary>
    Limit,

    /// <summary>A reader came that may not have the one before.</summary>
    Newcomer,

    /// <summary>The one before was dropped: a reader lost its right, policy changed, or this member could not send any more.</summary>
    Dropped,

    /// <summary>All were dropped, because this process's memory may have been copied, or on request.</summary>
    Discarded,

    /// <summary>The one before had ended before this one was ready.</summary>
    Late,
}
