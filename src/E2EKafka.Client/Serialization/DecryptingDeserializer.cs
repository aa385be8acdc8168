using System.Buffers;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Verifies and decrypts a value, then has another deserializer read it. That one sees nothing that was not verified.</summary>
internal sealed class DecryptingDeserializer<T>(IDeserializer<T> inner, MessageProtector protector) : IDeserializer<T>
{
    public T Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        TryDeserialize(data, isNull, context, wantsOrigin: false, out var value, out _) is { } failure
            ? throw new MessageOpenException(failure)
            : value!;

    /// <returns>Why the record is refused; <see langword="null"/> if it is not.</returns>
    public OpenFailure? TryDeserialize(
        ReadOnlySpan<byte> data, bool isNull, SerializationContext context, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        var failure = Read(data, isNull, context, wantsOrigin, out value, out origin);
        return failure is null ? null : protector.Refused(failure, SerializerFailure.TopicOf(context));
    }

    private OpenFailure? Read(
        ReadOnlySpan<byte> data, bool isNull, SerializationContext context, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        if (context.Component == MessageComponentType.Key)
            throw SerializerFailure.KeyNotEncryptable();

        value = default;
        origin = null;
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
            return SerializerFailure.ContextMissing(context);

        var message = data;
        if (isNull)
        {
            if (RecordHeaders.Find(context.Headers, RecordHeaders.Tombstone) is { } tombstone)
                message = tombstone;
            else if (protector.AllowsBareTombstones(context.Topic))
                return RunUnprotected(data, isNull, context, out value, out origin);
            else
                return MessageProtector.FailureOf(FailureReason.TombstoneNotAuthenticated, context.Topic);
        }
        else if (!MessageHeader.IsMessage(data) && protector.AllowsPlaintext(context.Topic))
        {
            return RunUnprotected(data, isNull, context, out value, out origin);
        }

        var recordKeyHash = RecordHeaders.Find(context.Headers, RecordHeaders.RecordKeyHash);
        if (recordKeyHash is not (null or { Length: MessageContext.RecordKeyHashSize }))
            return MessageProtector.FailureOf(FailureReason.RecordKeyMismatch, context.Topic);
        if (recordKeyHash is null && UnboundKeys.Contains(context.Headers))
            return MessageProtector.FailureOf(FailureReason.RecordKeyMismatch, context.Topic);

        var place = new MessageContext(context.Topic, MessageComponentType.Value, recordKeyHash) { IsTombstone = isNull };
        var found = protector.Find(message, place, out var header);
        if (found.Failure is not null)
            return found.Failure;

        // Kept no longer than the inner deserializer reads it, and cleared: the pool's next user must not find it.
        var size = InboundSession.PlaintextSizeOf(header, message.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var plaintext = buffer.AsSpan(0, size);
        try
        {
            if (MessageProtector.Decrypt(found.Session!, header, message, place, plaintext) is { } failure)
                return failure;
            if (Run(plaintext, isNull, context, out value) is { } innerFailure)
                return innerFailure;

            origin = wantsOrigin ? MessageProtector.OriginOf(found.Session!, header) : null;
            return null;
        }
        finally
        {
            plaintext.Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private OpenFailure? RunUnprotected(
        ReadOnlySpan<byte> data, bool isNull, SerializationContext context, out T? value, out MessageOrigin? origin)
    {
        origin = MessageOrigin.Plaintext;
        return Run(data, isNull, context, out value);
    }

    private OpenFailure? Run(ReadOnlySpan<byte> plaintext, bool isNull, SerializationContext context, out T? value)
    {
        try
        {
            value = inner.Deserialize(isNull ? [] : plaintext, isNull, context);
            return null;
        }
        catch (Exception e)
        {
            value = default;
            return SerializerFailure.FailureOf(inner, context, e);
        }
    }
}
