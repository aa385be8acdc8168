using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// What becomes of a control record: it was taken, it is refused, a look at another partition must come first, or it cannot be judged before
/// another record has come.
/// </summary>
internal readonly record struct Judgement(RecordProblem Problem, ControlPartition? WaitsFor = null, bool IsHeld = false)
{
    public static Judgement Held { get; } = new(RecordProblem.None, IsHeld: true);

    public static Judgement Taken { get; } = new(RecordProblem.None);

    public static Judgement Refused(RecordProblem problem) => new(problem);

    public static Judgement After(ControlPartition partition) => new(RecordProblem.None, partition);
}
