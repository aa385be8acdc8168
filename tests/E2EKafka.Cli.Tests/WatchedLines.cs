using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>A standard error that can be waited on: for a line, never for a time.</summary>
internal sealed class WatchedLines : TextWriter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_lock)
        {
            _text.Append(value);
            var all = _text.ToString();
            foreach (var (text, seen) in _awaited)
            {
                if (all.Contains(text, StringComparison.Ordinal))
                    seen.TrySetResult();
            }
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override string ToString()
    {
        lock (_lock)
            return _text.ToString();
    }

    /// <summary>Waits until a text was written, or the command ended without.</summary>
    public async Task SeeAsync(string text, Task command)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_text.ToString().Contains(text, StringComparison.Ordinal))
                return;
            _awaited.Add((text, seen));
        }

        await Task.WhenAny(seen.Task, command).WaitAsync(Patience);
        Assert.That(ToString(), Does.Contain(text));
    }
}
