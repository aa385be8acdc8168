using System.Diagnostics;
using E2EKafka.Serialization;

namespace E2EKafka;

/// <summary>A value with where it comes from, or why it was refused.</summary>
/// <typeparam name="T">The value's type.</typeparam>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class Verified<T> : IVerified
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly T? _value;

    internal Verified(T value, MessageOrigin origin)
    {
        _value = value;
        Origin = origin;
    }

    internal Verified(OpenFailure failure) => Failure = failure;

    /// <summary>Where it comes from; <see langword="null"/> if it was refused.</summary>
    public MessageOrigin? Origin { get; private set; }

    /// <summary>Why it was refused; <see langword="null"/> if it was not.</summary>
    public OpenFailure? Failure { get; }

    /// <summary>What proves its origin; <see cref="MessageProof.None"/> if it was refused, or is a plaintext that a migration lets through.</summary>
    public MessageProof ProvenBy => Origin?.ProvenBy ?? MessageProof.None;

    /// <summary>
    /// Whether the message was verified. A plaintext that a migration lets through was not, and yet has a <see cref="Value"/>.
    /// </summary>
    public bool IsVerified => ProvenBy != MessageProof.None;

    /// <summary>The value.</summary>
    /// <exception cref="MessageOpenException">It was refused.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public T Value => Failure is null ? _value! : throw new MessageOpenException(Failure);

    void IVerified.KeyMatches() => Origin = Origin! with { KeyBinding = RecordKeyBinding.Matches };

    /// <summary>Where it comes from, or why it was refused; never the value.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => Failure is null ? $"message from {Origin}" : $"refused: {Failure.Reason}";
}
