using Microsoft.Extensions.Logging;

namespace E2EKafka.TestMember;

/// <summary>Tells what the library logs, debug output aside, as events.</summary>
public sealed class EventLog(Action<MemberEvent> tell) : ILogger, ILoggerFactory
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;

        var details = state is IEnumerable<KeyValuePair<string, object?>> pairs
            ? pairs.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString())
            : null;
        tell(new MemberEvent(MemberEventKind.Logged)
        {
            Name = eventId.Name,
            Message = $"{formatter(state, exception)} {exception}",
            Details = details,
        });
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
