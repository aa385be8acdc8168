namespace E2EKafka;

/// <summary>A <see cref="Verified{T}"/> of any type.</summary>
internal interface IVerified
{
    OpenFailure? Failure { get; }
}
