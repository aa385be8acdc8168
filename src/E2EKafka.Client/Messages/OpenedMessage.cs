namespace E2EKafka;

/// <summary>A message that was verified and decrypted.</summary>
/// <param name="Plaintext">What the producer protected.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record OpenedMessage(ReadOnlyMemory<byte> Plaintext, MessageOrigin Origin)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Plaintext.Length} bytes from {Origin}";
}
