using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Membership;

/// <summary>The one verifier of what members sign, for every type of record.</summary>
internal static class RecordVerifier
{
    /// <summary>Verifies a record. Its sender is judged by its newest credential, whenever the record was signed.</summary>
    /// <param name="jws">The record.</param>
    /// <param name="directory">Who is who.</param>
    /// <param name="writtenAt">Kafka's timestamp of it, if it has one.</param>
    /// <param name="isInPlace">Whether it is in its partition.</param>
    /// <param name="reason">Why it is refused, where the result is <see langword="null"/>.</param>
    public static T? Verify<T>(Jws jws, MemberDirectory directory, DateTimeOffset? writtenAt, Func<T, bool> isInPlace, out RejectionReason? reason)
        where T : class, IMemberRecord<T>
    {
        if (Read<T>(jws, directory, out reason) is not { } record)
            return null;

        reason = !isInPlace(record) ? RejectionReason.WrongPartition : !IsTimely(record.IssuedAt, writtenAt) ? RejectionReason.Delayed : ProblemOfSender(jws, record, directory);
        return reason is null ? record : null;
    }

    /// <summary>Reads a record of this project, and believes nothing of it.</summary>
    public static T? Read<T>(Jws jws, MemberDirectory directory, out RejectionReason? reason)
        where T : class, IMemberRecord<T>
    {
        var record = jws.Type == T.Type ? T.Read(jws) : null;
        reason = record is null || !Base64UrlBytes.IsHash(record.Sender) || !RecordClock.IsTime(record.IssuedAt) ? RejectionReason.Malformed
            : record.Project != directory.Project.Id ? RejectionReason.OtherProject
            : !record.IsAllowedBy(directory.Project) ? RejectionReason.AlgorithmNotAllowed
            : null;
        return reason is null ? record : null;
    }

    /// <summary>What is wrong with a record's sender; <see langword="null"/> if the key in its newest credential signed it in time.</summary>
    public static RejectionReason? ProblemOfSender<T>(Jws jws, T record, MemberDirectory directory)
        where T : class, IMemberRecord<T>
    {
        if (directory.Newest(record.Sender) is not { } credential)
            return RejectionReason.UnknownSender;

        // Where the record names the newest key as its own, that key has to have signed it as it is, header included.
        var isByKey = jws.KeyId == credential.Key.Thumbprint;
        return !isByKey && record.NextKey?.Thumbprint != credential.Key.Thumbprint ? RejectionReason.ReplacedKey
            : record.IssuedAt >= credential.Claims.Exp ? RejectionReason.ExpiredSender
            : isByKey && !jws.Verify(T.Type, directory.Project.Id, credential.Key) ? RejectionReason.BadSignature
            : null;
    }

    private static bool IsTimely(long issuedAt, DateTimeOffset? writtenAt) =>
        writtenAt is not { } timestamp || (RecordClock.ToTime(issuedAt) - timestamp).Duration() <= RecordClock.MaxDelay;
}
