using E2EKafka.Diagnostics;
using E2EKafka.Messages;

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

    /// <summary>
    /// What the application's deserializer threw, where the reason is <see cref="FailureReason.InnerSerializerFailed"/> or
    /// <see cref="FailureReason.InnerSerializerUnavailable"/>; else <see langword="null"/>. Its text may hold plaintext.
    /// </summary>
    public Exception? InnerException { get; init; }

    /// <summary>Whether it is this member that may not open anything, which says nothing of the record.</summary>
    internal bool IsOfMember { get; init; }

    /// <summary>Whether the record has waited for as long as its consumer allows, and is handed over as it is.</summary>
    internal bool HasGivenUp { get; init; }

    /// <summary>After which time of waiting for one record that is so, where the wait is not for a key.</summary>
    internal TimeSpan? GiveUpAfter { get; init; }

    /// <summary>Says that the record waits from now on, where the wait is not for a key and no thread waits.</summary>
    internal Func<RecordWait>? BeginWait { get; init; }

    /// <summary>The search for what the record lacks, where it goes on and no thread waits for it.</summary>
    internal SessionSearch? Search { get; init; }

    /// <summary>Reason and message.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => $"{Reason}: {Message}";
}
