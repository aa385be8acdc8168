using System.Threading.Channels;
using Wolverine;

namespace E2EKafka.Recipes;

/// <summary>A message of the Wolverine applications. Wolverine's generated code uses it, so that it is public.</summary>
public sealed record PlaceOrder(string Article, int Quantity);

/// <summary>What the handler makes of an order.</summary>
public sealed record Bill(PlaceOrder Order, string Producer);

// [snippet]
public static class PlaceOrderHandler
{
    public static void Handle(PlaceOrder order, Envelope envelope, ChannelWriter<Bill> bills) =>
        bills.TryWrite(new Bill(order, envelope.Origin()!.Producer));
}
// [/snippet]
