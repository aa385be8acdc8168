namespace E2EKafka;

/// <summary>Which sessions a consumer may have the keys of.</summary>
public enum HistoryAccess
{
    /// <summary>All whose keys are still retained, those from before it joined included. The default.</summary>
    All,

    /// <summary>Only those that began after it joined the project.</summary>
    SinceEnrollment,
}
