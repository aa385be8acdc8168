using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http.HttpResults;

namespace E2EKafka.OrdersApi;

internal static class OrderEndpoints
{
    public static void MapOrders(this WebApplication application)
    {
        application.MapPost("/orders", SendAsync);
        application.MapGet("/orders", (OrderBoard board) => board.Arrived);
        application.MapGet("/orders/stream", (OrderBoard board, IHostApplicationLifetime lifetime, CancellationToken aborted) =>
            TypedResults.ServerSentEvents(WatchAsync(board, lifetime.ApplicationStopping, aborted)));
        application.MapPost("/forgeries", ForgeAsync);
    }

    private static async Task<Results<Accepted<string>, ProblemHttpResult>> SendAsync(Order order, OrderSender sender, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        try
        {
            await sender.SendAsync(id, order, cancellationToken);
        }
        catch (ProduceException<string, Order> e) when (e.InnerException is EndToEndKafkaException cause)
        {
            // Nothing was sent. A customer needs no more than the reason; the log has the rest.
            return TypedResults.Problem(title: cause.Reason.ToString(), statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return TypedResults.Accepted("/orders", id);
    }

    private static async Task<Accepted<string>> ForgeAsync(Order order, OrderSender sender, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        await sender.ForgeAsync(id, order, cancellationToken);
        return TypedResults.Accepted("/orders", id);
    }

    // A stream has no end of its own: it would hold up the stop of the host.
    private static async IAsyncEnumerable<SseItem<IReadOnlyList<ArrivedOrder>>> WatchAsync(
        OrderBoard board, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        using var watcher = board.Watch();
        yield return new SseItem<IReadOnlyList<ArrivedOrder>>(watcher.Before, "begin");
        while (await watcher.NextAsync(either.Token) is { } order)
            yield return new SseItem<IReadOnlyList<ArrivedOrder>>([order], "order");
    }
}
