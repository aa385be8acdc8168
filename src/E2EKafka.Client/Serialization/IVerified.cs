namespace E2EKafka.Serialization;

/// <summary>A <see cref="Verified{T}"/> of any type.</summary>
internal interface IVerified
{
    OpenFailure? Failure { get; }
}
