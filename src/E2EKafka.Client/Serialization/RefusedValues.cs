namespace E2EKafka.Serialization;

/// <summary>
/// Makes the value that stands for a refusal, where a consumer's values are of a type that can: only <see cref="Verified{T}"/>, which only
/// our own deserializer makes.
/// </summary>
/// <typeparam name="TValue">The type of a consumer's values.</typeparam>
internal static class RefusedValues<TValue>
{
    /// <summary>Makes it; <see langword="null"/> where a refusal can only be thrown.</summary>
    public static Func<OpenFailure, TValue>? Create { get; set; }
}
