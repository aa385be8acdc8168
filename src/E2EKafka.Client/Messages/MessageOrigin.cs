namespace E2EKafka;

/// <summary>Where a message comes from, as far as <see cref="ProvenBy"/> goes.</summary>
/// <param name="Producer">The producer's identifier, 43 characters. Empty for a plaintext.</param>
/// <param name="Attributes">The producer's attributes, by its newest credential that this process has seen.</param>
/// <param name="Session">The session's id, 32 hexadecimal digits. Empty for a plaintext.</param>
/// <param name="Sequence">The message's number in its session, from 0.</param>
/// <param name="ProvenBy">What proves it.</param>
public sealed record MessageOrigin(
    string Producer,
    IReadOnlyDictionary<string, string> Attributes,
    string Session,
    long Sequence,
    MessageProof ProvenBy)
{
    /// <summary>Whether the message belongs to its record's key. Default <see cref="RecordKeyBinding.NotBound"/>.</summary>
    public RecordKeyBinding KeyBinding { get; init; }

    internal static MessageOrigin Plaintext { get; } = new("", new Dictionary<string, string>(), "", 0, MessageProof.None);
}
