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
        var recordKeyHash = context.Headers is null ? null : ReceivedKeys.HashOf(context.Headers);
        var failure = Read(data, isNull, context, recordKeyHash, wantsOrigin, out value, out origin);
        if (recordKeyHash is not null)
            ReceivedKeys.Done(context.Headers!, wasRead: failure is null);
        return failure is null ? null : protector.Refused(failure, SerializerFailure.TopicOf(context));
    }

    private OpenFailure? Read(
        ReadOnlySpan<byte> data, bool isNull, SerializationContext context, byte[]? recordKeyHash, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        if (context.Component == MessageComponentType.Key)
            throw SerializerFailure.KeyNotEncryptable();

        value = default;
        origin = null;
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
            return SerializerFailure.ContextMissing(context);

        var tombstone = isNull ? RecordHeaders.FindTombstone(context.Headers) : null;
        if (isNull ? tombstone is null : !MessageHeader.IsMessage(data))
        {
            // What policy lets through is known to a member that is ready, and to no other.
            if (protector.Patience.WaitUntilReady(context.Topic) is { } notReady)
                return notReady;
            if (isNull ? protector.AllowsBareTombstones(context.Topic) : protector.AllowsPlaintext(context.Topic))
                return RunUnprotected(data, isNull, context, out value, out origin);
            if (isNull)
                return OpenFailures.Of(FailureReason.TombstoneNotAuthenticated, context.Topic);
        }

        var message = isNull ? tombstone : data;
        var place = new MessageContext(context.Topic, MessageComponentType.Value, recordKeyHash) { IsTombstone = isNull };
        var found = protector.Find(message, place, out var header);
        if (found.Failure is not null)
            return found.Failure;

        // Kept no longer than the inner deserializer reads it, and cleared: the pool's next user must not find it.
        var session = found.Session!;
        var size = session.Keys!.PlaintextSizeOf(header, message.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var plaintext = buffer.AsSpan(0, size);
        try
        {
            if (protector.Decrypt(session, header, message, place, plaintext) is { } failure)
                return failure;
            if (Run(plaintext, isNull, context, out value) is { } innerFailure)
                return innerFailure;

            if (header.IsKeyBound && recordKeyHash is null)
                UncomparedKey.Report(protector, session, header, message, context.Headers, data, isNull);
            origin = wantsOrigin ? MessageProtector.OriginOf(session, header, place) : null;
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

    private OpenFailure? Run(ReadOnlySpan<byte> plaintext, bool isNull, SerializationContext context, out T? value) =>
        InnerDeserializer.Run(inner, plaintext, isNull, context, protector, out value);
}
