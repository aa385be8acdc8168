namespace E2EKafka.Records;

internal static class RejectionReasons
{
    /// <summary>The problem that the record is counted under.</summary>
    public static RecordProblem Problem(this RejectionReason reason) => reason switch
    {
        RejectionReason.Malformed => RecordProblem.Malformed,
        RejectionReason.OtherProject => RecordProblem.OtherProject,
        RejectionReason.AlgorithmNotAllowed => RecordProblem.AlgorithmNotAllowed,
        RejectionReason.WrongPartition => RecordProblem.WrongPartition,
        RejectionReason.Delayed => RecordProblem.Delayed,
        RejectionReason.UnknownSender => RecordProblem.UnknownSender,
        RejectionReason.ReplacedKey => RecordProblem.ReplacedKey,
        RejectionReason.ExpiredSender => RecordProblem.ExpiredSender,
        RejectionReason.BadSignature => RecordProblem.BadSignature,
        RejectionReason.UnknownDocument => RecordProblem.UnknownDocument,
        _ => RecordProblem.BadTimes,
    };
}
