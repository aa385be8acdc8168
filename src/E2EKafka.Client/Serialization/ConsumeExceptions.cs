using Confluent.Kafka;

namespace E2EKafka;

/// <summary>Reads failures out of what a consumer throws.</summary>
public static class ConsumeExceptions
{
    /// <summary>Why a record was not opened.</summary>
    /// <param name="exception">What <c>Consume</c> threw.</param>
    /// <returns>The failure; <see langword="null"/> if the exception has another cause.</returns>
    public static OpenFailure? GetOpenFailure(this ConsumeException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is MessageOpenException opening)
                return opening.Failure;
        }

        return null;
    }
}
