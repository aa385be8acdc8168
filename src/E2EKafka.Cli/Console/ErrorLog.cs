using Microsoft.Extensions.Logging;

namespace E2EKafka.Cli;

/// <summary>The library's log on standard error, a line an event: what a person who watches wants to know, or all of it with <c>E2EKAFKA_DEBUG=1</c>.</summary>
internal sealed class ErrorLog(Surroundings surroundings, LogLevel least = LogLevel.Information) : ILoggerFactory, ILogger
{
    private readonly LogLevel _least = surroundings.Variable(E2EKafkaCli.DebugVariable) == "1" ? LogLevel.Debug : least;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;

        surroundings.WriteLine(Printable.Of($"{surroundings.Time.GetLocalNow():HH:mm:ss} {LibraryAdvice.InToolsWords(formatter(state, exception))}"));
    }

    public void Dispose()
    {
        // Standard error is not ours.
    }
}
