using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>What reaches the engine from other threads: what the control log tells, and what is asked of it. All is done on the loop's thread.</summary>
internal sealed class EngineInputs(ControlLoop loop, MemberEngine engine, MemberHealth health, ControlTopicJudge topics) : IControlLogSink
{
    public void Received(ControlRecord record)
    {
        // What is too large for any record is not kept until its turn comes.
        var received = record.Value.Length > Jws.MaxSize ? record with { Value = default } : record;
        loop.Post(() => engine.Receive(received), received.Value.Length);
    }

    public void ReadingAgain(ControlPartition partition, long from) => loop.Post(() => engine.Inbox.ReadingAgain(partition, from));

    public void CaughtUp(ControlPartition partition, long offset) => loop.Post(() =>
    {
        health.EndFound(partition, offset);
        engine.CaughtUp(partition, offset);
    });

    public void HighWatermarkFound(ControlPartition partition, long offset) => loop.Post(() =>
    {
        health.EndFound(partition, offset);
        if (engine.Inbox.JudgedOf(partition) == offset)
            engine.CaughtUp(partition);
    });

    public void LogStartFound(ControlPartition partition, long offset) => loop.Post(() => engine.LogStartFound(partition, offset));

    public void LookFound(ControlPartition partition, long? end) => loop.Post(() => engine.LookFound(partition, end));

    public void Written(Publication publication, Acknowledgement acknowledgement) => loop.Post(() => publication.Completed(acknowledgement));

    public void Problem(MemberFailure? problem)
    {
        health.KafkaProblem = problem;
        loop.Nudge();
    }

    public void TopicsFound(ControlTopicFacts facts) => loop.Post(() => engine.TopicsFound(topics.Found(facts)));

    public Task AdvanceAsync() => loop.AdvanceAsync();

    /// <inheritdoc cref="MemberEngine.DiscardSessions"/>
    public Task DiscardSessionsAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return loop.Post(Discard) ? done.Task : Task.CompletedTask;

        void Discard()
        {
            try
            {
                engine.DiscardSessions();
                engine.Advance();
            }
            finally
            {
                done.SetResult();
            }
        }
    }
}
