using System.Diagnostics.CodeAnalysis;
using System.Net;

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
    // registry's answer: neither passes by itself, but for an answer whose status says so.
    private static bool Passes(Exception exception) => exception switch
    {
        TimeoutException or HttpIOException => true,
        HttpRequestException request => StatusOf(request) is { } status
            ? (int)status is >= 500 or 408 or 429
            : request.GetType() == typeof(HttpRequestException),
        IOException => exception.GetType() == typeof(IOException),
        _ => false,
    };

    // Confluent's SchemaRegistryException, of a package that is not one of ours, has the status under a name of its own.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Where the property is trimmed away, the exception is an answer.")]
    private static HttpStatusCode? StatusOf(HttpRequestException request) =>
        request.GetType().GetProperty("Status", typeof(HttpStatusCode))?.GetValue(request) as HttpStatusCode? ?? request.StatusCode;
}
