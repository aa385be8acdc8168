using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Verifies and decrypts a value, then has another deserializer read it. That one sees nothing that was not verified.</summary>
internal sealed class DecryptingDeserializer<T>(IDeserializer<T> inner, MessageProtector protector) : IDeserializer<T>, IDeferringDeserializer<T>
{
    // Confluent.Kafka's own copies the bytes that it is given. So they are decrypted to where the copy would be.
    private readonly bool _isOfBytes = ReferenceEquals(inner, Deserializers.ByteArray);

    OpeningPatience IDeferringDeserializer<T>.Patience => protector.Patience;

    public T Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (DeferredValues.Take(this, protector, data, isNull, context))
            return default!;

        return TryDeserialize(data, isNull, context, wantsOrigin: false, out var value, out _) is { } failure
            ? throw new MessageOpenException(failure)
            : value!;
    }

    /// <returns>Why the record is refused; <see langword="null"/> if it is not.</returns>
    public OpenFailure? TryDeserialize(
        ReadOnlySpan<byte> data, bool isNull, SerializationContext context, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        var recordKeyHash = context.Headers is null ? null : ReceivedKeys.HashOf(context.Headers);
        var failure = Read(new ReceivedValue(data, isNull, context, recordKeyHash), wantsOrigin, out value, out origin);
        if (recordKeyHash is not null)
            ReceivedKeys.Done(context.Headers!, wasRead: failure is null);
        return failure is null ? null : protector.Refused(failure, SerializerFailure.TopicOf(context));
    }

    // A refusal is not counted here: this deserializer can only throw, so the record is read again, and refused then.
    OpenFailure? IDeferringDeserializer<T>.Finish(DeferredValue deferred, out T? value) => Finish(deferred, wantsOrigin: false, out value, out _);

    /// <summary>Reads a value that was opened, or not, after it was deferred.</summary>
    /// <returns>Why the record is refused, which is not counted yet; <see langword="null"/> if it is not.</returns>
    public OpenFailure? Finish(DeferredValue deferred, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        value = default;
        origin = null;
        var received = deferred.Received;
        if (!deferred.WasFound)
            return Read(received, wantsOrigin, out value, out origin);
        using var span = OpenSpan.Begin(deferred.StartedAt, received.Context, deferred.Failure);
        if (deferred.Failure is { } failure)
            return OpenSpan.Failed(span, failure, isReadAgain: !wantsOrigin);
        if (!_isOfBytes && Run(deferred.Plaintext, received, out value) is { } innerFailure)
            return OpenSpan.Failed(span, innerFailure, isReadAgain: !wantsOrigin);

        if (_isOfBytes)
            value = AsValue(deferred.Plaintext.ToArray());
        origin = Opened(received, received.Data, deferred.Session!, deferred.Header, wantsOrigin, span);
        return null;
    }

    private OpenFailure? Read(in ReceivedValue received, bool wantsOrigin, out T? value, out MessageOrigin? origin)
    {
        var context = received.Context;
        if (context.Component == MessageComponentType.Key)
            throw SerializerFailure.KeyNotEncryptable();

        value = default;
        origin = null;
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
            return SerializerFailure.ContextMissing(context);

        var isNull = received.IsNull;
        var tombstone = isNull ? RecordHeaders.FindTombstone(context.Headers) : null;
        if (isNull ? tombstone is null : !MessageHeader.IsMessage(received.Data))
        {
            // What policy lets through is known to a member that is ready, and to no other.
            if (protector.Patience.WaitUntilReady(context.Topic) is { } notReady)
                return notReady;
            if (isNull ? protector.AllowsBareTombstones(context.Topic) : protector.AllowsPlaintext(context.Topic))
                return RunUnprotected(received, out value, out origin);
            if (isNull)
                return OpenFailures.Of(FailureReason.TombstoneNotAuthenticated, context.Topic);
        }

        var message = isNull ? tombstone : received.Data;
        var place = received.Place;
        var startedAt = protector.StartOfSpan;
        var found = protector.Find(message, place, out var header);
        using var span = OpenSpan.Begin(startedAt, context, found.Failure);
        if (found.Failure is { } notFound)
            return OpenSpan.Failed(span, notFound);

        var session = found.Session!;
        if ((_isOfBytes ? DecryptToBytes(session, header, message, place, out value) : DecryptToRead(session, header, message, place, received, out value)) is { } failure)
            return OpenSpan.Failed(span, failure);

        origin = Opened(received, message, session, header, wantsOrigin, span);
        return null;
    }

    private OpenFailure? DecryptToBytes(OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext place, out T? value)
    {
        value = default;
        var size = session.Keys!.PlaintextSizeOf(header, message.Length);
        var bytes = size == 0 ? [] : new byte[size];
        if (protector.Decrypt(session, header, message, place, bytes) is { } failure)
            return failure;

        if (!place.IsTombstone)
            value = AsValue(bytes);
        return null;
    }

    private OpenFailure? DecryptToRead(
        OpenableSession session, in MessageHeader header, ReadOnlySpan<byte> message, in MessageContext place, in ReceivedValue received, out T? value)
    {
        // Kept no longer than the inner deserializer reads it, and cleared: the pool's next user must not find it.
        value = default;
        var size = session.Keys!.PlaintextSizeOf(header, message.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var plaintext = buffer.AsSpan(0, size);
        try
        {
            return protector.Decrypt(session, header, message, place, plaintext) ?? Run(plaintext, received, out value);
        }
        finally
        {
            plaintext.Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private MessageOrigin? Opened(
        in ReceivedValue received, ReadOnlySpan<byte> message, OpenableSession session, in MessageHeader header, bool wantsOrigin, Activity? span)
    {
        var size = session.Keys!.PlaintextSizeOf(header, message.Length);
        protector.Opened(session, received.Context.Topic, size);
        span?.Opened(header, size);
        if (header.IsKeyBound && received.RecordKeyHash is null)
            UncomparedKey.Report(protector, session, header, message, received);
        return wantsOrigin ? MessageProtector.OriginOf(session, header, received.Place) : null;
    }

    // T is byte[]: its inner deserializer says so. A cast would look the type up for each record.
    private static T AsValue(byte[] bytes) => Unsafe.As<byte[], T>(ref bytes);

    private OpenFailure? RunUnprotected(in ReceivedValue received, out T? value, out MessageOrigin? origin)
    {
        origin = MessageOrigin.Plaintext;
        return Run(received.Data, received, out value);
    }

    private OpenFailure? Run(ReadOnlySpan<byte> plaintext, in ReceivedValue received, out T? value) =>
        InnerDeserializer.Run(inner, plaintext, received.IsNull, received.Context, protector, out value);
}
