using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>What becomes of a control record: it was taken, it is refused, or a look at another partition must come first.</summary>
internal readonly record struct Judgement(RecordProblem Problem, ControlPartition? WaitsFor = null)
{
    public static Judgement Taken { get; } = new(RecordProblem.None);

    public static Judgement Refused(RecordProblem problem) => new(problem);

    public static Judgement After(ControlPartition partition) => new(RecordProblem.None, partition);
}
