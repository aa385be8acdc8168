namespace E2EKafka.Tests;

/// <summary>What becomes of a publication.</summary>
internal enum Fate
{
    /// <summary>It is in the log, and its writer knows.</summary>
    Written,

    /// <summary>It is not in the log, and its writer knows.</summary>
    Lost,

    /// <summary>It is in the log, and its writer was told that it is not.</summary>
    WrittenUnknowingly,

    /// <summary>It is on its way until <see cref="NetworkMember.WriteHeld"/>.</summary>
    Held,
}
