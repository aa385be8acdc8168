using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>
/// The application's log, without its exceptions. Logging happens on our threads and in librdkafka's callbacks, where an exception would
/// end the process or lose a record.
/// </summary>
internal sealed class UnfailingLog(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is no other place to report it to.
        }
    }
}
