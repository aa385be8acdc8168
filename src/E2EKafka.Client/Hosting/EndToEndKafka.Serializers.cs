using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using E2EKafka.Messages;
using E2EKafka.Serialization;

namespace E2EKafka;

/// <content>Wraps serializers and deserializers.</content>
public sealed partial class EndToEndKafka
{
    /// <summary>Wraps a serializer of values: what it writes is encrypted, and by default signed.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>. A record's key throws; see <see cref="BindKey{T}(ISerializer{T})"/>.</returns>
    /// <remarks>
    /// <para>
    /// A produce waits for the topic's first session, up to <see cref="EndToEndKafkaOptions.SessionTimeout"/>, and fails with an
    /// <see cref="EndToEndKafkaException"/> if it may not be sent.
    /// </para>
    /// <para>
    /// An encrypted value is 102 bytes longer than the plaintext, 38 bytes where policy lets the topic be unsigned, and it does not
    /// compress. <see cref="BindKey{T}(ISerializer{T})"/> adds 32 bytes to it; a tombstone has a header in place of a value. The topic's
    /// <c>max.message.bytes</c>, the broker's <c>message.max.bytes</c> and the producer's <c>message.max.bytes</c> must allow for that: a
    /// value that just fitted before is refused by Kafka with <c>MsgSizeTooLarge</c>.
    /// </para>
    /// <para>
    /// The headers of the application's message are left as they are, but for a null value, whose tombstone is written there in place of an
    /// older one. Two null values that are being sent at the same time must not share one <c>Headers</c> object: that is refused where it is
    /// seen (<see cref="FailureReason.OptionsInvalid"/>).
    /// </para>
    /// </remarks>
    public ISerializer<T> Encrypt<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new EncryptingSerializer<T>(inner, _protector);
    }

    /// <summary>As <see cref="Encrypt{T}(ISerializer{T})"/>, for <c>ProduceAsync</c> with a serializer that is asynchronous itself, such as Schema Registry's.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>.</returns>
    public IAsyncSerializer<T> EncryptAsync<T>(IAsyncSerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncEncryptingSerializer<T>(inner, _protector);
    }

    /// <summary>As <see cref="Encrypt{T}(ISerializer{T})"/>, and waits for a topic's first session without blocking a thread.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>.</returns>
    public IAsyncSerializer<T> EncryptAsync<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncEncryptingSerializer<T>(new CompletedSerializer<T>(inner, _options.IncludeInnerMessages), _protector);
    }

    /// <summary>Wraps a deserializer of values: it sees only what was verified and decrypted. Anything else throws, and <see cref="ConsumeExceptions.GetOpenFailure"/> tells why.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">What to do with a record whose key is not here yet. Default: wait.</param>
    /// <param name="giveUpAfter">
    /// For how long a session's key is waited for at most, from its first message on; then its messages are <see cref="FailureKind.Transient"/>
    /// failures, for a dead-letter topic. At most 30 days. Default: for ever.
    /// </param>
    /// <param name="isTransient">
    /// Which exceptions of <paramref name="inner"/> pass by themselves: such a record waits as well. Default: <c>HttpRequestException</c>
    /// without a status, or with 408, 429 or 500 and above; <c>IOException</c>; <c>TimeoutException</c>; or what has one of these as its cause.
    /// </param>
    /// <returns>For <c>SetValueDeserializer</c>.</returns>
    /// <remarks>
    /// <para>
    /// A record whose key is not here yet waits, and with it its caller, in any loop: no record is passed over because it was early. After
    /// 30 s that is a warning in the log, in <see cref="Warning"/> and so in the health check. The host's stop ends it, and so does disposing the member.
    /// </para>
    /// <para>
    /// A caller that waits for longer than <c>max.poll.interval.ms</c> (Kafka's default: 5 min) loses its partitions to another consumer of the
    /// group. By default librdkafka stores a record's offset when it hands it out, before this deserializer runs: a restart passes over the
    /// record that waits, as over any that was in hand. <c>ConsumeDecrypted</c> has neither fault.
    /// </para>
    /// </remarks>
    public IDeserializer<T> Decrypt<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new DecryptingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

    /// <summary>As <see cref="Decrypt{T}"/>, and gives where the message comes from, or the failure in its place.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">What to do with a record whose key is not here yet. Default: wait.</param>
    /// <param name="giveUpAfter">For how long a session's key is waited for at most. Default: for ever.</param>
    /// <param name="isTransient">Which exceptions of <paramref name="inner"/> pass by themselves. Default as for <see cref="Decrypt{T}"/>.</param>
    /// <returns>For <c>SetValueDeserializer</c>.</returns>
    /// <remarks>
    /// It throws for no record. A key's deserializer runs before it and can only throw if it fails: consume with <see cref="DecryptedConsumption"/>'s <c>ConsumeDecrypted</c>, which gives that as a failure too.
    /// </remarks>
    public IDeserializer<Verified<T>> DecryptVerified<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new VerifyingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

    /// <summary>
    /// Sets what <c>ConsumeDecrypted</c> needs: <c>EnableAutoOffsetStore = false</c>. It stores offsets itself, so that a record that waits is read
    /// again after a restart.
    /// </summary>
    /// <param name="config">A consumer's configuration.</param>
    /// <returns>The same object.</returns>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as the other verbs of a member do.")]
    public ConsumerConfig Configure(ConsumerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.EnableAutoOffsetStore = false;
        return config;
    }

    /// <summary>Wraps a serializer of record keys: the key stays readable, and the encrypted value is bound to it.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetKeySerializer</c>, beside a value serializer of <c>Encrypt</c> or <c>EncryptAsync</c>.</returns>
    /// <remarks>
    /// SHA-256 of the key's bytes travels in the message (32 bytes; zeros for a null key). Confluent.Kafka serializes the key and then the
    /// value, on one thread and with one <c>Headers</c> object; code that calls serializers itself must do the same, or the value is not bound.
    /// </remarks>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as its twin for deserializers does.")]
    public ISerializer<T> BindKey<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new KeyBindingSerializer<T>(inner);
    }

    /// <summary>As <see cref="BindKey{T}(ISerializer{T})"/>, for <c>ProduceAsync</c> with a key serializer that is asynchronous itself, such as Schema Registry's.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetKeySerializer</c>, beside a value serializer of <c>Encrypt</c> or <c>EncryptAsync</c>.</returns>
    /// <remarks>
    /// To be passed as it is: an <c>async</c> method around it hides the key from the value, which is then refused
    /// (<see cref="FailureReason.RecordContextMissing"/>). Wrap <paramref name="inner"/> instead. Code that calls serializers itself must call the
    /// value's in the same asynchronous flow, after the key's is done.
    /// </remarks>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as its twin for deserializers does.")]
    public IAsyncSerializer<T> BindKey<T>(IAsyncSerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncKeyBindingSerializer<T>(inner);
    }

    /// <summary>Wraps a deserializer of record keys: a value that its producer did not bind to this key is refused.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">Whether to wait while <paramref name="inner"/> lacks something that comes back by itself. Default: wait.</param>
    /// <param name="giveUpAfter">For how long at most. Default: for ever.</param>
    /// <param name="isTransient">Which exceptions of <paramref name="inner"/> pass by themselves. Default as for <see cref="Decrypt{T}"/>.</param>
    /// <returns>For <c>SetKeyDeserializer</c>, beside a value deserializer of <see cref="Decrypt{T}"/> or <see cref="DecryptVerified{T}"/>, which compares.</returns>
    /// <remarks>
    /// <para>
    /// The value is refused as <see cref="FailureReason.RecordKeyMismatch"/> if it is bound to another key or to none. Plaintexts and bare
    /// nulls that the topic's policy lets through have no binding, and pass. The key is read before the value: until the value is there, it
    /// is not checked, and beside a value deserializer of another kind it never is.
    /// </para>
    /// <para>
    /// Confluent.Kafka gives key and value of one record the same <c>Headers</c> object, the key first; code that calls deserializers itself
    /// must do the same, or the value is read as by a reader that does not bind keys. Such a reader opens bound values too, and
    /// <see cref="MessageOrigin.KeyBinding"/> tells it; <c>ConsumeDecrypted</c> compares by itself where keys are <c>byte[]</c>.
    /// </para>
    /// </remarks>
    public IDeserializer<T> BindKey<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new KeyBindingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

    private static OpeningRules Rules(MissingKey onMissingKey, TimeSpan? giveUpAfter, Func<Exception, bool>? isTransient)
    {
        if (giveUpAfter is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(giveUpAfter));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, TimeSpan.FromDays(30), nameof(giveUpAfter));
        }

        return new OpeningRules(onMissingKey, giveUpAfter, isTransient);
    }
}
