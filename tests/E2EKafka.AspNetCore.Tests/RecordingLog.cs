using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace E2EKafka.AspNetCore.Tests;

/// <summary>Keeps every line that is logged.</summary>
internal sealed class RecordingLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Text)> _lines = new();

    public IEnumerable<string> All => _lines.Select(line => line.Text);

    public IEnumerable<string> Of(string category) => _lines.Where(line => line.Category == category).Select(line => line.Text);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(RecordingLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue((name, formatter(state, exception)));
    }
}
