using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>A synchronous serializer where an asynchronous one is asked for.</summary>
internal sealed class CompletedSerializer<T>(ISerializer<T> inner, bool includesInnerMessages) : IAsyncSerializer<T>
{
    public Task<byte[]> SerializeAsync(T data, SerializationContext context) =>
        Task.FromResult(EncryptionTarget.Run(inner, data, context, includesInnerMessages)!);
}
