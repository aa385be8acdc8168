using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>
/// Where audit events go. An event that its logger throws on is written to the ordinary log instead, whole and as an error: the application may
/// have sent the two categories to different places.
/// </summary>
/// <param name="inner">The logger of the audit events.</param>
/// <param name="log">The ordinary log, which throws nothing.</param>
internal sealed class AuditLog(ILogger inner, ILogger log) : ILogger
{
    /// <summary>Makes the audit log of an application.</summary>
    public static ILogger Create(ILoggerFactory factory, ILogger log) => new AuditLog(factory.CreateLogger(EndToEndKafkaTelemetry.AuditCategoryName), log);

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
            // Then it is tried.
            return true;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception e)
        {
            log.AuditEventNotLogged(eventId.Id, formatter(state, exception), e);
        }
    }
}
