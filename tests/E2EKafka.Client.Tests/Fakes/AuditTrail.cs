using E2EKafka.Tests;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Client.Tests;

/// <summary>An application's logging, which keeps audit events apart, knows scopes, and fails if a test wants it to.</summary>
internal sealed class AuditTrail : ILoggerFactory
{
    private readonly CollectingLog _audit = new();
    private readonly CollectingLog _ordinary = new();
    private readonly LoggerExternalScopeProvider _scopes = new();

    /// <summary>Whether the logger of audit events throws.</summary>
    public bool Throws { get; set; }

    public IReadOnlyList<LoggedEvent> Events => _audit.Events;

    public IReadOnlyList<LoggedEvent> Ordinary => _ordinary.Events;

    public IEnumerable<string> Names => Events.Select(audit => audit.Name);

    public string Everything => string.Join('\n', _audit.Lines.Concat(_ordinary.Lines));

    /// <summary>The scope of the last audit event.</summary>
    public string? ScopeOfLast { get; private set; }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(AuditTrail trail, string category) : ILogger
    {
        private readonly bool _isAudit = category == EndToEndKafkaTelemetry.AuditCategoryName;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => trail._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => _isAudit && trail.Throws ? throw new InvalidOperationException("scripted") : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_isAudit && trail.Throws)
                throw new InvalidOperationException("scripted");

            (_isAudit ? trail._audit : trail._ordinary).Log(logLevel, eventId, state, exception, formatter);
            if (!_isAudit)
                return;

            trail.ScopeOfLast = null;
            trail._scopes.ForEachScope(static (scope, trail) => trail.ScopeOfLast = $"{scope}", trail);
        }
    }
}
