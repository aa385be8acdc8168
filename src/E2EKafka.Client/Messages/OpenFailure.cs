namespace E2EKafka;

/// <summary>Why a message was not opened.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Message">What, where and what to do, without secrets.</param>
public sealed record OpenFailure(FailureReason Reason, string Message)
{
    /// <summary>Whether trying again helps. A <see cref="FailureKind.Transient"/> record must not be skipped.</summary>
    public FailureKind Kind => Reason.Kind();

    /// <summary>
    /// The identifier of the producer that announced the session which the message names; empty if that is not known. It proves
    /// nothing: the forger of the message may have named another's session.
    /// </summary>
    public string Producer { get; init; } = "";
}
