namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A session as its producer has it.</summary>
internal sealed class VectorSession : IDisposable
{
    private readonly SigningKey _producer;
    private readonly OutboundSession _outbound;

    public VectorSession(string name, SigningKey producer, SessionCore core, SigningKey? signing)
    {
        _producer = producer;
        Signing = signing;
        Secret = SecretBytes.CopyOf(VectorProject.Fixed(name));
        GroupKeys = [.. (core.ReaderGroups?.Values ?? []).Select(group => new GroupKey(group, SecretBytes.CopyOf(VectorProject.Fixed($"{name}, group {group}"))))];
        Statement = SessionKeys.State(Secret, core, GroupKeys);
        Keys = SessionKeys.TryDerive(Secret, Statement)!;
        _outbound = new OutboundSession(
            Statement, SessionKeys.TryDerive(Secret, Statement)!,
            core.ReaderGroups is not null ? ProvingKeys.Macs([.. GroupKeys.Select(key => SecretBytes.CopyOf(key.Key.Span))])
            : signing is null ? ProvingKeys.Shared()
            : ProvingKeys.Signature(SigningKey.Import(signing.Export())),
            SessionLimits.Default);
    }

    public SecretBytes Secret { get; }

    public string SecretHex => VectorProject.Hex(Secret.Span);

    /// <summary>The keys of its reader groups, in their order.</summary>
    public IReadOnlyList<GroupKey> GroupKeys { get; }

    public SessionStatement Statement { get; }

    public SessionKeys Keys { get; }

    public SigningKey? Signing { get; }

    public string Topic => Statement.Topic;

    /// <summary>The key of a reader group; <see langword="null"/> if the session does not list it.</summary>
    public GroupKey? KeyOf(string group) => GroupKeys.FirstOrDefault(key => key.Group == group);

    public string Announcement(SigningKey? next = null) => SessionAnnouncement.Create([Statement], _producer, next, VectorProject.Now);

    /// <summary>The next message, as its producer makes it.</summary>
    /// <param name="plaintext">The plaintext.</param>
    /// <param name="recordKeyHash">What the message is bound to; none if it is not.</param>
    /// <param name="isTombstone">Whether the record's value is null.</param>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, byte[]? recordKeyHash = null, bool isTombstone = false) => _outbound.TrySeal(
        plaintext, new MessageContext(Topic, Confluent.Kafka.MessageComponentType.Value, recordKeyHash) { IsTombstone = isTombstone },
        Statement.Begins.UtcTicks)!;

    /// <summary>A message that no producer of this library makes.</summary>
    /// <param name="flags">The flags.</param>
    /// <param name="plaintext">The plaintext.</param>
    /// <param name="key">What encrypts it. Default: the session's key.</param>
    /// <param name="signing">What signs it. Default: the session's signing key, if it has one.</param>
    public byte[] SealRaw(MessageFlags flags, ReadOnlySpan<byte> plaintext, SessionKeys? key = null, SigningKey? signing = null)
    {
        const uint sequence = 7;
        var header = new byte[MessageHeader.MinSize];
        new MessageHeader(flags, Statement.Id, sequence).Write(header, []);
        var additionalData = AssociatedData.Write(
            new byte[AssociatedData.MaxSize], Statement.Hash, Confluent.Kafka.MessageComponentType.Value, header);
        var ciphertextAndTag = new byte[plaintext.Length + MessageHeader.TagSize];
        using var cipher = new MessageCipher(key ?? SessionKeys.TryDerive(Secret, Statement)!, Statement.Hash.ToArray());
        cipher.Encrypt(sequence, additionalData, plaintext, ciphertextAndTag);
        byte[] signed = [.. "E2EKafka/1 message\0"u8, .. additionalData, .. ciphertextAndTag];
        return [.. header, .. ciphertextAndTag, .. (signing ?? Signing)?.Sign(signed) ?? []];
    }

    public void Dispose()
    {
        _outbound.Dispose();
        foreach (var key in GroupKeys)
            key.Dispose();
        Keys.Dispose();
        Secret.Dispose();
    }
}
