using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests;

/// <summary>A key ring that a test writes, and what happens while a caller waits for it.</summary>
internal sealed class ScriptedKeyRing(ProjectDocument project) : IKeyRingSource
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KeyRing Current { get; set; } = new(
        project, null, ImmutableDictionary<string, SendingTopic>.Empty, ImmutableDictionary<SessionId, OpenableSession>.Empty);

    /// <summary>Topics that a successor was asked for.</summary>
    public List<string> SuccessorsRequested { get; } = [];

    /// <summary>Topics that were waited for to send.</summary>
    public List<string> SendWaits { get; } = [];

    /// <summary>Sessions that were waited for, and the topics that they may be of.</summary>
    public List<(SessionId Session, string Topics)> OpenWaits { get; } = [];

    public Action WhenWaitingToSend { get; set; } = () => throw new InvalidOperationException("No caller should have to wait to send.");

    public Action WhenWaitingToOpen { get; set; } = () => { };

    /// <summary>Has what <see cref="WhenWaitingToOpen"/> did not bring about noticed by those who wait.</summary>
    public void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    public void RequestSuccessor(string topic) => SuccessorsRequested.Add(topic);

    public Task WaitToSendAsync(string topic) => Run(() =>
    {
        SendWaits.Add(topic);
        WhenWaitingToSend();
    });

    public async Task<bool> WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        lock (OpenWaits)
            OpenWaits.Add((session, string.Join(' ', topics)));
        WhenWaitingToOpen();
        while (true)
        {
            var changed = _changed.Task;
            if (Current.Failure is null)
            {
                if (!Current.Sessions.TryGetValue(session, out var known) || !topics.Contains(known.Statement.Topic))
                    return false;
                if (known.Keys is not null || known.Refusal is not null)
                    return true;
            }
            else if (Current.Failure.Reason.Kind() != FailureKind.Transient)
            {
                throw Current.Failure.ToException();
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Fail(FailureReason? reason) =>
        Current = Current with { Failure = reason is { } value ? new MemberFailure(value, $"scripted: {value}") : null };

    public void Send(string topic, OutboundSession? current, OutboundSession? next = null) =>
        Current = Current with { Sending = Current.Sending.SetItem(topic, new SendingTopic(current, next, null)) };

    public void Show(TestSession session, InboundSession? keys, FailureReason? refusal = null, DateTimeOffset? retires = null) =>
        Current = Current with
        {
            Sessions = Current.Sessions.SetItem(session.Statement.Id, new OpenableSession(
                session.Statement, keys, refusal, new Dictionary<string, string> { ["service"] = "shop" },
                retires ?? session.Statement.Ends.AddDays(7))),
        };

    public void Obey(ProjectDocument document) => Current = Current with { Project = document };

    private static Task Run(Action script)
    {
        try
        {
            script();
            return Task.CompletedTask;
        }
        catch (EndToEndKafkaException e)
        {
            return Task.FromException(e);
        }
    }
}
