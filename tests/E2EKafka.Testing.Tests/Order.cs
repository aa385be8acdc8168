namespace E2EKafka.Testing.Tests;

public sealed record Order(string Article, int Count);
