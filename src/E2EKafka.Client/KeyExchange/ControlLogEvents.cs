using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Gives what the control log tells to the engine, on the loop's thread. Any thread may tell.</summary>
internal sealed class ControlLogEvents(ControlLoop loop, MemberEngine engine, MemberHealth health, ControlTopicJudge topics) : IControlLogSink
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
}
