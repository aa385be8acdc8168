using System.ComponentModel.DataAnnotations;

namespace E2EKafka.OrdersApi;

/// <summary>What a customer orders.</summary>
/// <param name="Customer">Who orders. No broker should see it.</param>
/// <param name="Article">What.</param>
/// <param name="Quantity">How many.</param>
public sealed record Order(
    [property: Required, StringLength(100, MinimumLength = 1)] string Customer,
    [property: Required, StringLength(100, MinimumLength = 1)] string Article,
    [property: Range(1, 1000)] int Quantity);
