namespace E2EKafka.Messages;

/// <summary>Makes or checks what stands behind a message's tag. For one thread at a time.</summary>
internal interface IMessageProof : IDisposable
{
    /// <summary>Writes the proof of a message, into memory of its exact size.</summary>
    void Prove(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> proof);

    /// <summary>Whether the proof of a message is right.</summary>
    bool Verify(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> proof);
}
