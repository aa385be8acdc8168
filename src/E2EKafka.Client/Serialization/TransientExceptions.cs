namespace E2EKafka.Serialization;

/// <summary>Exceptions of an application's serializer that pass by themselves: a schema registry that is away.</summary>
internal static class TransientExceptions
{
    /// <summary>Whether an exception, or one that caused it, is of the usual kinds.</summary>
    public static bool AreIn(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (Passes(cause))
                return true;
        }

        return false;
    }

    // What derives from these tells of data that cannot be read (EndOfStreamException, Protobuf's InvalidProtocolBufferException), or is a schema
    // registry's answer (SchemaRegistryException): neither passes by itself.
    private static bool Passes(Exception exception) => exception switch
    {
        TimeoutException or HttpIOException => true,
        HttpRequestException { StatusCode: var status } => exception.GetType() == typeof(HttpRequestException) && (status is null or >= (System.Net.HttpStatusCode)500 || (int)status is 408 or 429),
        IOException => exception.GetType() == typeof(IOException),
        _ => false,
    };
}
