namespace E2EKafka.Serialization;

/// <summary>Exceptions of an application's serializer that pass by themselves: a schema registry that is away.</summary>
internal static class TransientExceptions
{
    /// <summary>Whether an exception, or one that caused it, is of the usual kinds.</summary>
    public static bool AreIn(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException or IOException or TimeoutException)
                return true;
        }

        return false;
    }
}
