namespace E2EKafka.Cli;

/// <summary>What a check comes to.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>Works now; somebody should look after it.</summary>
    Warning,

    /// <summary>Does not work, or will not for long.</summary>
    Failed,

    /// <summary>It could not be found out.</summary>
    CouldNotLook,
}
