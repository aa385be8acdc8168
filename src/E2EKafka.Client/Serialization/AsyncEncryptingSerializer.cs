using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Encrypts what another serializer, synchronous or not, wrote; waits for a topic's first session without blocking a thread.</summary>
internal sealed class AsyncEncryptingSerializer<T>(IAsyncSerializer<T> inner, MessageProtector protector) : IAsyncSerializer<T>
{
    // A null array is how Confluent.Kafka spells a null value; its interface does not say so.
    public async Task<byte[]> SerializeAsync(T data, SerializationContext context)
    {
        var target = EncryptionTarget.Of(context);
        var plaintext = await EncryptionTarget.RunAsync(inner, data, context, protector.IncludesInnerMessages).ConfigureAwait(false);
        if (plaintext is not null)
            return await protector.ProtectAsync(plaintext, target.Value()).ConfigureAwait(false);

        using var header = TombstoneHeader.Reserve(context);
        header.Write(await protector.ProtectAsync(ReadOnlyMemory<byte>.Empty, target.Tombstone()).ConfigureAwait(false));
        return null!;
    }
}
