using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka;

/// <summary>What <c>AddEndToEndKafka</c> returns, to say more.</summary>
public interface IEndToEndKafkaBuilder
{
    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The name of the member's options: the key of a keyed member, or the default name.</summary>
    string Name { get; }
}
