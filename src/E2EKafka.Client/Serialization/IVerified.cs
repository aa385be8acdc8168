namespace E2EKafka.Serialization;

/// <summary>A <see cref="Verified{T}"/> of any type.</summary>
internal interface IVerified
{
    OpenFailure? Failure { get; }

    /// <summary>Says that the record's key was compared later, and is the one that the message is bound to.</summary>
    void KeyMatches();
}
