using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>
/// Reserves an application's headers for one tombstone while its message is made, and writes it there. A record that is produced again
/// has one already, which is replaced.
/// </summary>
/// <remarks>
/// Confluent.Kafka copies the headers right after the value's serializer has returned. Two tombstones that are made at the same time with
/// the same headers would send each other's message, so the second is refused. One after the other they may share them.
/// </remarks>
internal sealed class TombstoneHeader : IDisposable
{
    private static readonly ConditionalWeakTable<Headers, Reservation> Reservations = [];

    private readonly Headers _headers;
    private readonly Reservation _reservation;

    private TombstoneHeader(Headers headers, Reservation reservation)
    {
        _headers = headers;
        _reservation = reservation;
    }

    /// <exception cref="EndToEndKafkaException">Another tombstone is being made with the same headers.</exception>
    public static TombstoneHeader Reserve(SerializationContext context)
    {
        var reservation = Reservations.GetOrCreateValue(context.Headers);
        return Interlocked.Exchange(ref reservation.IsTaken, true)
            ? throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                $"Two null values to topic '{context.Topic}' are being sent with one Headers object, in which each has to write its own tombstone. Give each message a Headers object of its own, or none.")
            : new TombstoneHeader(context.Headers, reservation);
    }

    public void Write(byte[] message)
    {
        _headers.Remove(RecordHeaders.Tombstone);
        _headers.Add(RecordHeaders.Tombstone, message);
    }

    public void Dispose() => Volatile.Write(ref _reservation.IsTaken, false);

    private sealed class Reservation
    {
        public bool IsTaken;
    }
}
