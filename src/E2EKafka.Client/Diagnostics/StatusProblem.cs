namespace E2EKafka;

/// <summary>What is wrong, in a status.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Message">What, where and what to do, without secrets.</param>
public sealed record StatusProblem(FailureReason Reason, string Message);
