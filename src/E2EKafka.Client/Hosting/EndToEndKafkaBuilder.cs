using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka;

internal sealed record EndToEndKafkaBuilder(IServiceCollection Services, string Name) : IEndToEndKafkaBuilder;
