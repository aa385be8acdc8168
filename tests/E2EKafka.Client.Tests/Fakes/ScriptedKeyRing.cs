using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests;

/// <summary>A key ring that a test writes, and what happens while a caller waits for it.</summary>
internal sealed class ScriptedKeyRing(ProjectDocument project) : IKeyRingSource
{
    public KeyRing Current { get; set; } = new(
        project, null, ImmutableDictionary<string, SendingTopic>.Empty, ImmutableDictionary<SessionId, OpenableSession>.Empty);

    /// <summary>Topics that a successor was asked for.</summary>
    public List<string> SuccessorsRequested { get; } = [];

    /// <summary>Topics that were waited for to send.</summary>
    public List<string> SendWaits { get; } = [];

    /// <summary>Sessions that were waited for, under which topic and how long at most.</summary>
    public List<(SessionId Session, string Topic, TimeSpan Timeout)> OpenWaits { get; } = [];

    public Action WhenWaitingToSend { get; set; } = () => throw new InvalidOperationException("No caller should have to wait to send.");

    public Action WhenWaitingToOpen { get; set; } = () => { };

    public void RequestSuccessor(string topic) => SuccessorsRequested.Add(topic);

    public Task WaitToSendAsync(string topic) => Run(() =>
    {
        SendWaits.Add(topic);
        WhenWaitingToSend();
    });

    public Task WaitToOpenAsync(SessionId session, string topic, TimeSpan timeout) => Run(() =>
    {
        OpenWaits.Add((session, topic, timeout));
        WhenWaitingToOpen();
    });

    public void Fail(FailureReason? reason) =>
        Current = Current with { Failure = reason is { } value ? new MemberFailure(value, $"scripted: {value}") : null };

    public void Send(string topic, OutboundSession? current, OutboundSession? next = null) =>
        Current = Current with { Sending = Current.Sending.SetItem(topic, new SendingTopic(current, next, null)) };

    public void Show(TestSession session, InboundSession? keys, FailureReason? refusal = null, DateTimeOffset? retires = null) =>
        Current = Current with
        {
            Sessions = Current.Sessions.SetItem(session.Statement.Id, new OpenableSession(
                session.Statement, keys, refusal, new Dictionary<string, string> { ["service"] = "shop" },
                (retires ?? session.Statement.Ends.AddDays(7)).UtcTicks)),
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
