using System.Text;
using Confluent.Kafka;

namespace E2EKafka.OrdersApi;

/// <summary>An order that billing got, or a record that it refused.</summary>
/// <param name="Id">The record's key; <see langword="null"/> where the key was not proven.</param>
/// <param name="Order">The order; <see langword="null"/> where it was refused.</param>
/// <param name="Service">The sender's attribute <c>service</c>, from its credential.</param>
/// <param name="Producer">The sender's identifier.</param>
/// <param name="ProvenBy">What proves the sender.</param>
/// <param name="Refused">Why it was refused; <see langword="null"/> if it was not.</param>
/// <param name="Trace">The trace of the request that sent it, as the record's headers say. They prove nothing.</param>
public sealed record ArrivedOrder(string? Id, Order? Order, string? Service, string? Producer, string? ProvenBy, string? Refused, string? Trace)
{
    internal static ArrivedOrder Of(ConsumeResult<string, Verified<Order>> record)
    {
        var verified = record.Message.Value;
        var trace = record.Message.Headers.TryGetLastBytes("traceparent", out var header) ? Encoding.ASCII.GetString(header) : null;
        return verified.Failure is { } failure
            ? new ArrivedOrder(null, null, null, null, null, failure.Reason.ToString(), trace)
            : new ArrivedOrder(
                record.Message.Key,
                verified.Value,
                verified.Origin?.Attributes.GetValueOrDefault("service"),
                verified.Origin?.Producer,
                verified.ProvenBy.ToString(),
                null,
                trace);
    }
}
