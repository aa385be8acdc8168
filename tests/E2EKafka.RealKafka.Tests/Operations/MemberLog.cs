using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>What the library logs for one member or authority, debug output aside. It can be waited on.</summary>
internal sealed class MemberLog
{
    private readonly Lock _lock = new();
    private readonly List<MemberEvent> _events = [];
    private readonly List<(Func<MemberEvent, bool> That, TaskCompletionSource<MemberEvent> Seen)> _awaited = [];

    public MemberLog() => Loggers = new EventLog(Add);

    public EventLog Loggers { get; }

    public override string ToString()
    {
        lock (_lock)
            return string.Join('\n', _events.Select(next => $"{next.Name}: {next.Message}"));
    }

    /// <summary>The first line, past or to come, that is so.</summary>
    public async Task<MemberEvent> SeeAsync(Func<MemberEvent, bool> that)
    {
        var seen = new TaskCompletionSource<MemberEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_events.FirstOrDefault(that) is { } past)
                return past;
            _awaited.Add((that, seen));
        }

        try
        {
            return await seen.Task.WaitAsync(ProjectOnKafka.Patience);
        }
        catch (TimeoutException)
        {
            throw new AssertionException($"It was not logged. This was:\n{this}");
        }
    }

    /// <summary>What was logged says this.</summary>
    public Task<MemberEvent> SeeAsync(string name, string text = "") =>
        SeeAsync(next => next.Name == name && next.Message!.Contains(text, StringComparison.Ordinal));

    private void Add(MemberEvent next)
    {
        lock (_lock)
        {
            _events.Add(next);
            foreach (var (that, seen) in _awaited)
            {
                if (that(next))
                    seen.TrySetResult(next);
            }
        }
    }
}
