using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka.Hosting;

internal sealed record EndToEndKafkaBuilder(IServiceCollection Services, string Name) : IEndToEndKafkaBuilder;
