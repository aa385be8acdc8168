namespace E2EKafka;

/// <summary>Makes what <c>DecryptVerified</c> and <c>ConsumeDecrypted</c> give to a handler, so that a test of the handler needs no project and no Kafka.</summary>
public static class VerifiedFactory
{
    /// <summary>The producer's identifier where a test names none: 43 characters, of no member.</summary>
    public const string DefaultProducer = "testproducertestproducertestproducertestpro";

    /// <summary>The session's id where a test names none: 32 hexadecimal digits, of no session.</summary>
    public const string DefaultSession = "0123456789abcdef0123456789abcdef";

    /// <summary>A message that was verified.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">Its value.</param>
    /// <param name="producer">The producer's identifier. Default <see cref="DefaultProducer"/>.</param>
    /// <param name="attributes">The producer's attributes. Default: none.</param>
    /// <param name="session">The session's id. Default <see cref="DefaultSession"/>.</param>
    /// <param name="sequence">The message's number in its session, from 0. Default 0.</param>
    /// <param name="provenBy">What proves its origin. Default <see cref="MessageProof.Signature"/>.</param>
    /// <param name="keyBinding">Whether it belongs to its record's key. Default <see cref="RecordKeyBinding.NotBound"/>.</param>
    /// <returns>The message.</returns>
    public static Verified<T> Create<T>(
        T value,
        string producer = DefaultProducer,
        IReadOnlyDictionary<string, string>? attributes = null,
        string session = DefaultSession,
        long sequence = 0,
        MessageProof provenBy = MessageProof.Signature,
        RecordKeyBinding keyBinding = RecordKeyBinding.NotBound) =>
        Create(value, new MessageOrigin(producer, attributes ?? new Dictionary<string, string>(), session, sequence, provenBy) { KeyBinding = keyBinding });

    /// <summary>A message of an origin that the test has made.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">Its value.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <returns>The message.</returns>
    public static Verified<T> Create<T>(T value, MessageOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        return new Verified<T>(value, origin);
    }

    /// <summary>A plaintext that a topic lets through during a migration: it has a value, and is not verified.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">Its value.</param>
    /// <returns>The message.</returns>
    public static Verified<T> Plaintext<T>(T value) => new(value, MessageOrigin.Plaintext);

    /// <summary>A message that was refused.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="reason">Why.</param>
    /// <param name="message">The failure's message. Default: a text that says that a test refuses it.</param>
    /// <param name="producer">The identifier of the producer that announced the session which the message names. Default: empty, as where that is not known.</param>
    /// <param name="innerException">What the application's deserializer threw. Default: none.</param>
    /// <returns>The message.</returns>
    public static Verified<T> Refused<T>(
        FailureReason reason, string message = "Refused by a test.", string producer = "", Exception? innerException = null) =>
        Refused<T>(new OpenFailure(reason, message) { Producer = producer, InnerException = innerException });

    /// <summary>A message that was refused, with a failure that the test has made.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="failure">Why.</param>
    /// <returns>The message.</returns>
    public static Verified<T> Refused<T>(OpenFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new Verified<T>(failure);
    }
}
