using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Gives a value with its origin, or the failure in its place, so that one bad record does not stop a consumer's loop.</summary>
internal sealed class VerifyingDeserializer<T> : IDeserializer<Verified<T>>, IDeferringDeserializer<Verified<T>>
{
    private readonly DecryptingDeserializer<T> _decrypting;
    private readonly MessageProtector _protector;

    public VerifyingDeserializer(IDeserializer<T> inner, MessageProtector protector)
    {
        _protector = protector;
        _decrypting = new DecryptingDeserializer<T>(inner, protector);

        // A key's deserializer runs before this one and can only throw. ConsumeDecrypted makes a value of that, as this one would.
        RefusedValues<Verified<T>>.Create = static failure => new Verified<T>(failure);
    }

    OpeningPatience IDeferringDeserializer<Verified<T>>.Patience => _protector.Patience;

    public Verified<T> Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (DeferredValues.Take(this, _protector, data, isNull, context))
            return null!;

        return _decrypting.TryDeserialize(data, isNull, context, wantsOrigin: true, out var value, out var origin) is { } failure
            ? new Verified<T>(failure)
            : new Verified<T>(value!, origin!);
    }

    OpenFailure? IDeferringDeserializer<Verified<T>>.Finish(DeferredValue deferred, out Verified<T>? value)
    {
        var failure = _decrypting.Finish(deferred, wantsOrigin: true, out var inner, out var origin);
        value = failure is null ? new Verified<T>(inner!, origin!) : new Verified<T>(_protector.Refused(failure, deferred.Topic));
        return failure;
    }
}
