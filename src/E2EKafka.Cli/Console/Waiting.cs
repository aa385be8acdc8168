using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>Shows on a terminal what a command is doing, once that has taken a second, until it is disposed.</summary>
internal sealed class Waiting : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Surroundings _surroundings;
    private readonly long _startedAt;
    private readonly ITimer? _timer;
    private readonly Lock _lock = new();
    private volatile string _what;
    private bool _isOver;

    /// <param name="surroundings">Where to show it.</param>
    /// <param name="what">What the command is doing, such as "Waiting for the authority".</param>
    public Waiting(Surroundings surroundings, string what)
    {
        (_surroundings, _what) = (surroundings, what);
        _startedAt = surroundings.Time.GetTimestamp();
        if (surroundings.IsErrorTerminal)
            _timer = surroundings.Time.CreateTimer(_ => Show(), state: null, Interval, Interval);
    }

    /// <summary>What it is doing now.</summary>
    public void Now(string what) => _what = what;

    public void Dispose()
    {
        lock (_lock)
            _isOver = true;
        _timer?.Dispose();
        _surroundings.EndProgress();
    }

    private void Show()
    {
        // A timer's last call can come while it is disposed.
        lock (_lock)
        {
            if (!_isOver)
                _surroundings.ShowProgress(string.Create(CultureInfo.InvariantCulture, $"{_what} … {_surroundings.Time.GetElapsedTime(_startedAt).TotalSeconds:0} s"));
        }
    }
}
